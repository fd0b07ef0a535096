// the answer is the largest double that does not hold too much: binary search over bit patterns
#include <cstdint>
#include <cstring>
#include <iostream>
int main() {
    int q;
    std::cin >> q;
    std::cout.precision(15);
    while (q-- > 0) {
        double a, v;
        std::cin >> a >> v;
        uint64_t bits = 0;
        for (int b = 62; b >= 0; b--) {
            uint64_t t = bits | 1ull << b;
            double h;
            std::memcpy(&h, &t, 8);
            if (h <= 1e5 && h * h * h + a * h <= v) bits = t;
        }
        double h;
        std::memcpy(&h, &bits, 8);
        std::cout << h << '\n';
    }
}
