#include <algorithm>
#include <iostream>
int main() {
    long long n, h, best = 0, cur = 0;
    std::cin >> n;
    while (std::cin >> h) {
        cur = std::max(0LL, cur + h);
        best = std::max(best, cur);
    }
    std::cout << best;
}
