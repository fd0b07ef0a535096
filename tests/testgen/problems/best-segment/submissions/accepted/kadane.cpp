#include <algorithm>
#include <iostream>
int main() {
    int n;
    std::cin >> n;
    long long best = -4e18, here = 0;
    for (int i = 0; i < n; ++i) {
        long long h;
        std::cin >> h;
        here += h;
        best = std::max(best, here);
        if (here < 0) here = 0;
    }
    std::cout << best << '\n';
}
