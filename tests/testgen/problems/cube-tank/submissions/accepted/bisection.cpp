#include <cstdio>
int main() {
    int q;
    scanf("%d", &q);
    while (q--) {
        double a, v;
        scanf("%lf %lf", &a, &v);
        double lo = 0, hi = 1e4;
        for (int i = 0; i < 90; i++) {
            double m = (lo + hi) / 2;
            (m * m * m + a * m > v ? hi : lo) = m;
        }
        printf("%.9f\n", hi);
    }
}
