#include <iostream>
#include <vector>
int main() {
    int n, x, best = 0;
    std::cin >> n;
    std::vector<int> f(1001);
    for (int i = 0; i < n; i++) {
        std::cin >> x;
        int len = 1;
        if (x < 0) x = 0;
        for (int y = 0; y < x; y++) len = std::max(len, f.at(y) + 1);
        f.at(x) = std::max(f.at(x), len);
        best = std::max(best, len);
    }
    std::cout << best;
}
