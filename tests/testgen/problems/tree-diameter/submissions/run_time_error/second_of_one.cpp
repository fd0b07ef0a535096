#include <iostream>
#include <stdexcept>
#include <vector>
std::vector<std::pair<int, long long>> g[3001];
long long best = 0;
long long depth(int v, int p) {
    std::vector<long long> d;
    for (auto [u, w] : g[v]) if (u != p) d.push_back(depth(u, v) + w);
    for (size_t i = 1; i < d.size(); i++) for (size_t j = 0; j < i; j++) best = std::max(best, d[i] + d[j]);
    for (long long x : d) best = std::max(best, x);
    if (p == 0 && d.size() != 1) best = std::max(best, d.at(0) + d.at(1));
    long long m = 0;
    for (long long x : d) m = std::max(m, x);
    return m;
}
int main() {
    int n, a, b, w;
    std::cin >> n;
    while (std::cin >> a >> b >> w) g[a].push_back({b, w}), g[b].push_back({a, w});
    depth(1, 0);
    std::cout << best;
}
