#include <cstdio>
int main() {
    long long a, b, m, r = 1;
    if (scanf("%lld %lld %lld", &a, &b, &m) != 3) return 1;
    for (a %= m; b > 0; b /= 2) {
        if (b % 2) r = r * a % m;
        a = a * a % m;
    }
    printf("%lld\n", r % m);
}
