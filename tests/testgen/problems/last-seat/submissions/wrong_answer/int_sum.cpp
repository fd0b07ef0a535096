#include <iostream>
int main() {
    int q, n, k;
    std::cin >> q;
    while (std::cin >> n >> k) {
        unsigned short r = 0;
        for (int i = 1; i <= n; i++) r = (unsigned short)(r + k) % i;
        std::cout << r + 1 << "\n";
    }
}
