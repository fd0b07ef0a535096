#include <iostream>
int main() {
    long long b;
    int a, m, r = 1;
    std::cin >> a >> b >> m;
    for (a %= m; b; b /= 2) {
        if (b & 1) r = (int)((unsigned)r * a % m);
        a = (int)((unsigned)a * a % m);
    }
    std::cout << r % m;
}
