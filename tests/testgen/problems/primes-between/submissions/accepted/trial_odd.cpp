#include <iostream>
int main() {
    int l, r, c = 0;
    std::cin >> l >> r;
    for (int n = l; n <= r; n++) {
        if (n < 4) {
            c += n > 1;
            continue;
        }
        bool prime = n % 2 != 0;
        for (int d = 3; prime && (long long)d * d <= n; d += 2) prime = n % d != 0;
        c += prime;
    }
    std::cout << c << "\n";
}
