#include <algorithm>
#include <iostream>
int main() {
    int n, h, cur = 0, best = -2147483647;
    std::cin >> n;
    while (n--) {
        std::cin >> h;
        cur = (int)((unsigned)std::max(cur, 0) + (unsigned)h);
        best = std::max(best, cur);
    }
    std::cout << best;
}
