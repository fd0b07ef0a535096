#include <algorithm>
#include <iostream>
#include <vector>
int main() {
    int n;
    std::cin >> n;
    std::vector<std::pair<long, long>> v(n);
    for (auto& p : v) std::cin >> p.second >> p.first;
    std::sort(v.begin(), v.end());
    long total = 0, end = -4000000000L;
    for (auto& [r, l] : v) {
        total += r - std::max(l, end);
        end = r;
    }
    std::cout << total;
}
