#include <cmath>
#include <iostream>
int main() {
    int n;
    std::cin >> n;
    for (int a = 0; a * a <= n; a++) for (int b = a; a * a + b * b <= n; b++) for (int c = b; a * a + b * b + c * c <= n; c++) {
        int r = n - a * a - b * b - c * c, d = std::lround(std::sqrt(r));
        if (d * d == r) { std::cout << a * a << " " << b * b << " " << c * c << " " << r; return 0; }
    }
}
