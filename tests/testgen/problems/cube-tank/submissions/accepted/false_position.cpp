// regula falsi, Illinois variant
#include <cmath>
#include <cstdio>
int main() {
    int q;
    if (scanf("%d", &q) != 1) return 1;
    for (; q > 0; --q) {
        double a, v;
        scanf("%lf%lf", &a, &v);
        double x = 0, y = 10000, fx = -v, fy = y * y * y + a * y - v;
        int side = 0;
        for (int i = 0; i < 400 && fx != 0 && std::fabs(y - x) > 1e-12; i++) {
            double z = fx == fy ? (x + y) / 2 : (fx * y - fy * x) / (fx - fy);
            double fz = z * z * z + a * z - v;
            if (fz > 0) {
                y = z, fy = fz;
                if (side == 1) fx /= 2;
                side = 1;
            } else {
                x = z, fx = fz;
                if (side == -1) fy /= 2;
                side = -1;
            }
        }
        printf("%.10f\n", x);
    }
}
