#include <algorithm>
#include <iostream>
#include <vector>
int main() {
    int n;
    std::cin >> n;
    std::vector<std::pair<long, long>> v(n);
    for (auto& p : v) std::cin >> p.first >> p.second;
    std::sort(v.begin(), v.end());
    long total = 0, from = v[0].first, to = v[0].second;
    for (auto& [l, r] : v) {
        if (l > to) {
            total += to - from;
            from = l, to = r;
        } else if (r > to) to = r;
    }
    std::cout << total + to - from << '\n';
}
