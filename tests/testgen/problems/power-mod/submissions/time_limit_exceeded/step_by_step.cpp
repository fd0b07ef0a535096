#include <iostream>
int main() {
    unsigned long long a, b, m, r = 1;
    std::cin >> a >> b >> m;
    for (unsigned long long i = 0; i < b; i++) r = r * a % m;
    std::cout << r % m;
}
