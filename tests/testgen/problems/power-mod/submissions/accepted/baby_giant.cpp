// b = q * 10^9 + r and both parts once more: four tables of small exponents
#include <iostream>
typedef unsigned long long u64;
u64 m;
u64 slow(u64 a, u64 e) {
    u64 r = 1 % m;
    for (u64 i = 0; i < e; i++) r = r * a % m;
    return r;
}
int main() {
    u64 a, b;
    std::cin >> a >> b >> m;
    a %= m;
    u64 r = 1 % m, base = a;
    while (b) {
        r = r * slow(base, b % 1000) % m;
        base = slow(base, 1000);
        b /= 1000;
    }
    std::cout << r << std::endl;
}
