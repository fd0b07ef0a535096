#include <iostream>
int main() {
    int q;
    std::cin >> q;
    while (q--) {
        double a, v, lo = 0, hi = 10000;
        std::cin >> a >> v;
        for (int i = 0; i < 100; i++) {
            double m = (lo + hi) / 2;
            if (m * (m * m + a) > v) hi = m;
            else lo = m;
        }
        std::cout << lo << "\n";
    }
}
