#include <cstdio>
int main() {
    int q;
    scanf("%d", &q);
    while (q--) {
        double a, v, lo = 0, hi = 1000;
        scanf("%lf %lf", &a, &v);
        for (int i = 0; i < 80; i++) {
            double m = (lo + hi) / 2;
            if (m * m * m + a * m > v) hi = m; else lo = m;
        }
        printf("%.9f\n", hi);
    }
}
