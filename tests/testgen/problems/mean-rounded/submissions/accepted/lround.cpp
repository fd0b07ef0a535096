#include <cmath>
#include <iostream>
int main() {
    int n, x;
    double s = 0;
    std::cin >> n;
    for (int i = 0; i < n; i++) std::cin >> x, s += x;
    std::cout << std::lround(s / n) << "\n";
}
