#include <algorithm>
#include <iostream>
#include <numeric>
#include <vector>
int main() {
    int n, k;
    std::cin >> n >> k;
    std::vector<int> a(n);
    std::iota(a.begin(), a.end(), 1);
    for (int i = 0; i < n && k > 0; i++) {
        int d = std::min(k, n - 1 - i);
        std::rotate(a.begin() + i, a.begin() + i + d, a.begin() + i + d + 1);
        k -= d;
    }
    for (int v : a) std::cout << v << ' ';
}
