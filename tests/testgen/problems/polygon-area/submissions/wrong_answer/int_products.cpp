#include <cstdlib>
#include <iostream>
#include <vector>
int main() {
    int n;
    std::cin >> n;
    std::vector<unsigned> x(n), y(n);
    for (int i = 0; i < n; i++) { int a, b; std::cin >> a >> b; x[i] = a; y[i] = b; }
    long long s = 0;
    for (int i = 0; i < n; i++) s += (int)(x[i] * y[(i + 1) % n] - x[(i + 1) % n] * y[i]);
    std::cout << std::llabs(s);
}
