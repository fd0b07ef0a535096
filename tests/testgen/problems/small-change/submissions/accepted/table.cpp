#include <algorithm>
#include <iostream>
#include <vector>
int main() {
    int k, s;
    std::cin >> k >> s;
    std::vector<int> f(s + 1, 1 << 20);
    f[0] = 0;
    while (k--) {
        int c;
        std::cin >> c;
        for (int v = c; v <= s; v++) f[v] = std::min(f[v], f[v - c] + 1);
    }
    std::cout << (f[s] < 1 << 20 ? f[s] : -1) << "\n";
}
