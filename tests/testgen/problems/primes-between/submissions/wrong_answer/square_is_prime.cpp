#include <iostream>
int main() {
    long l, r, c = 0;
    std::cin >> l >> r;
    for (long n = std::max(l, 2L); n <= r; n++) {
        bool p = true;
        for (long d = 2; p && d * d < n; d++) p = n % d != 0;
        c += p;
    }
    std::cout << c;
}
