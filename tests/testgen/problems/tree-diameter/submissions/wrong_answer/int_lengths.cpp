#include <algorithm>
#include <iostream>
#include <vector>
std::vector<std::pair<int, int>> g[3001];
int best = 0;
int depth(int v, int p) {
    int deep = 0;
    for (auto [u, w] : g[v]) if (u != p) {
        int d = (int)((unsigned)depth(u, v) + (unsigned)w);
        best = std::max(best, (int)((unsigned)deep + (unsigned)d));
        deep = std::max(deep, d);
    }
    return deep;
}
int main() {
    int n, a, b, w;
    std::cin >> n;
    while (std::cin >> a >> b >> w) g[a].push_back({b, w}), g[b].push_back({a, w});
    depth(1, 0);
    std::cout << best;
}
