#include <algorithm>
#include <iostream>
#include <vector>
int main() {
    int n;
    std::cin >> n;
    std::vector<std::pair<long, long>> v(n);
    for (auto& p : v) std::cin >> p.first >> p.second;
    std::sort(v.begin(), v.end());
    long total = 0, end = -4000000000L;
    for (auto& [l, r] : v) {
        total += r - std::max(l, end) > 0 ? r - std::max(l, end) : 0;
        end = r;
    }
    std::cout << total;
}
