#include <iostream>
int main() {
    unsigned long long a, wide, m, r = 1;
    std::cin >> a >> wide >> m;
    unsigned b = wide;
    for (a %= m; b; b /= 2) {
        if (b & 1) r = r * a % m;
        a = a * a % m;
    }
    std::cout << r % m;
}
