#include <cmath>
#include <iostream>
int main() {
    int n;
    std::cin >> n;
    int a = std::sqrt(n), r = n - a * a;
    for (int b = 0; b * b <= r; b++) for (int c = b; b * b + c * c <= r; c++) {
        int d = std::sqrt(r - b * b - c * c);
        if (b * b + c * c + d * d == r) { std::cout << a << ' ' << b << ' ' << c << ' ' << d; return 0; }
    }
    std::cout << "impossible";
}
