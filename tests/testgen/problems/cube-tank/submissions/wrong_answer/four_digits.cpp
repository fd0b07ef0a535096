#include <cstdio>
int main() {
    int q;
    scanf("%d", &q);
    while (q--) {
        double a, v, lo = 0, hi = 1e4;
        scanf("%lf %lf", &a, &v);
        for (int i = 0; i < 90; i++) {
            double m = (lo + hi) / 2;
            (m * m * m + a * m > v ? hi : lo) = m;
        }
        printf("%.4f\n", hi);
    }
}
