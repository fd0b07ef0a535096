// Miller and Rabin with the bases 2, 7 and 61
#include <initializer_list>
#include <iostream>
typedef unsigned long long U;
U l, r, total;
bool witness(U a, U n) {
    U d = n - 1, x = 1;
    int s = __builtin_ctzll(d);
    d >>= s;
    for (U b = a % n; d; d >>= 1, b = b * b % n)
        if (d & 1) x = x * b % n;
    if (x == 1 || x == n - 1) return false;
    while (--s > 0) {
        x = x * x % n;
        if (x == n - 1) return false;
    }
    return true;
}
int main() {
    for (std::cin >> l >> r; l <= r; ++l) {
        if (l == 2) total++;
        if (l < 3 || l % 2 == 0) continue;
        bool prime = true;
        for (U a : {2, 7, 61})
            if (l != a && prime && witness(a, l)) prime = false;
        total += prime;
    }
    std::cout << total << std::endl;
}
