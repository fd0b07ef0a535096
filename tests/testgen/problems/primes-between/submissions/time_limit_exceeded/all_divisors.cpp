#include <iostream>
int main() {
    int l, r, c = 0;
    std::cin >> l >> r;
    for (int n = l; n <= r; n++) {
        int divisors = 0;
        for (int d = 1; d <= n; d++) divisors += n % d == 0;
        c += divisors == 2;
    }
    std::cout << c;
}
