#include <algorithm>
#include <iostream>
int main() {
    int n, x, lo = 1000, hi = -1;
    std::cin >> n;
    while (std::cin >> x) lo = std::min(lo, x), hi = std::max(hi, x);
    std::cout << (lo + hi + 1) / 2;
}
