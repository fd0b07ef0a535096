#include <algorithm>
#include <iostream>
#include <vector>
std::vector<std::pair<int, long long>> g[3001];
long long best = 0;
long long depth(int v, int p) {
    std::vector<long long> d;
    for (auto [u, w] : g[v]) if (u != p) d.push_back(depth(u, v) + w);
    std::sort(d.rbegin(), d.rend());
    if (d.size() >= 2) best = std::max(best, d[0] + d[1]);
    return d.empty() ? 0 : d[0];
}
int main() {
    int n, a, b, w;
    std::cin >> n;
    while (std::cin >> a >> b >> w) g[a].push_back({b, w}), g[b].push_back({a, w});
    depth(1, 0);
    std::cout << best;
}
