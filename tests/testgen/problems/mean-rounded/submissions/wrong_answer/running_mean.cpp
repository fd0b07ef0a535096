#include <cmath>
#include <iostream>
int main() {
    int n, x;
    std::cin >> n;
    long m = 0;
    for (int i = 1; i <= n; i++) {
        std::cin >> x;
        m = std::lround((m * (i - 1.0) + x) / i);
    }
    std::cout << m;
}
