#include <iostream>
int main() {
    long long a, b, m, r = 1;
    std::cin >> a >> b >> m;
    if (b > m) b = b % (m > 1 ? m - 1 : 1);
    for (a %= m; b; b /= 2) {
        if (b & 1) r = r * a % m;
        a = a * a % m;
    }
    std::cout << r % m;
}
