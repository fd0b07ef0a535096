// sorted by angle around a tree at the bottom; equal angles by distance
#include <algorithm>
#include <cmath>
#include <iostream>
#include <tuple>
#include <vector>
int main() {
    int n;
    std::cin >> n;
    std::vector<std::pair<long, long>> t(n);
    for (auto& [y, x] : t) std::cin >> x >> y;
    std::sort(t.begin(), t.end());
    t.erase(std::unique(t.begin(), t.end()), t.end());
    auto [oy, ox] = t[0];
    for (auto& [y, x] : t) y -= oy, x -= ox;
    std::sort(t.begin() + 1, t.end(), [](auto& a, auto& b) {
        long c = a.second * b.first - a.first * b.second;
        return c > 0 || (c == 0 && a.first * a.first + a.second * a.second < b.first * b.first + b.second * b.second);
    });
    std::vector<std::pair<long, long>> h;
    for (auto& q : t) {
        while (h.size() > 1) {
            auto& a = h[h.size() - 2];
            auto& b = h.back();
            if ((b.second - a.second) * (q.first - a.first) > (b.first - a.first) * (q.second - a.second)) break;
            h.pop_back();
        }
        h.push_back(q);
    }
    long double sum = 0;
    for (size_t i = 0, j = h.size() - 1; i < h.size(); j = i++)
        sum += std::hypot((long double)h[i].first - h[j].first, (long double)h[i].second - h[j].second);
    std::cout.precision(15);
    std::cout << (double)sum << "\n";
}
