// b may be reduced to phi + b mod phi when it is large, also when a and m share factors
#include <iostream>
using u64 = unsigned long long;
static u64 totient(u64 n) {
    u64 r = n;
    for (u64 p = 2; p * p <= n; p++)
        if (n % p == 0) {
            while (n % p == 0) n /= p;
            r -= r / p;
        }
    return n > 1 ? r - r / n : r;
}
int main() {
    u64 a, b, m;
    std::cin >> a >> b >> m;
    u64 phi = totient(m);
    if (b > 64 && b >= 2 * phi) b = phi + b % phi;
    __uint128_t base = a, r = 1;
    for (; b; b >>= 1) {
        if (b & 1) r = r * base % m;
        base = base * base % m;
    }
    std::cout << u64(r % m) << "\n";
}
