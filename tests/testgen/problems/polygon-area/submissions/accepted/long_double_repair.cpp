// a rough sum in long double, put right by the sum modulo 2^32
#include <cmath>
#include <cstdio>
#include <vector>
int main() {
    int n;
    if (scanf("%d", &n) != 1) return 1;
    std::vector<long long> x(n), y(n);
    for (int i = 0; i < n; i++) scanf("%lld %lld", &x[i], &y[i]);
    long double rough = 0;
    unsigned exact = 0;  // modulo 2^32
    for (int i = 0; i < n; i++) {
        int j = i + 1 == n ? 0 : i + 1;
        rough += ((long double)x[j] - x[i]) * ((long double)y[j] + y[i]);
        exact += (unsigned)(x[j] - x[i]) * (unsigned)(y[j] + y[i]);
    }
    if (rough < 0) rough = -rough, exact = 0u - exact;
    long long near = (long long)rough;
    int difference = (int)(exact - (unsigned)near);
    printf("%lld\n", near + difference);
}
