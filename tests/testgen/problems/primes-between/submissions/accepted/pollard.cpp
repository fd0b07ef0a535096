// a number is prime if a factor search by Pollard's rho comes up with nothing and Fermat agrees twice
#include <cstdint>
#include <iostream>
#include <numeric>
using u64 = uint64_t;
static u64 power(u64 b, u64 e, u64 m) {
    u64 r = 1;
    for (b %= m; e; e >>= 1, b = b * b % m)
        if (e & 1) r = r * b % m;
    return r;
}
static bool has_factor(u64 n) {
    for (u64 c = 1; c < 6; c++) {
        u64 x = 2, y = 2, g = 1;
        for (int i = 0; i < 800 && g == 1; i++) {
            x = (x * x + c) % n;
            y = (y * y + c) % n;
            y = (y * y + c) % n;
            g = std::gcd(x > y ? x - y : y - x, n);
        }
        if (g > 1 && g < n) return true;
    }
    return false;
}
int main() {
    u64 l, r, count = 0;
    std::cin >> l >> r;
    for (u64 n = l; n <= r; n++) {
        if (n < 1000) {
            bool p = n > 1;
            for (u64 d = 2; d < n; d++) p = p && n % d;
            count += p;
        } else if (n % 2 && power(2, n - 1, n) == 1 && power(3, n - 1, n) == 1)
            count += !has_factor(n);
    }
    std::cout << count << '\n';
}
