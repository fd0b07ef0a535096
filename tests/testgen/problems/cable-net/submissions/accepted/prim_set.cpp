#include <iostream>
#include <set>
#include <tuple>
#include <vector>
int main() {
    int n, m;
    std::cin >> n >> m;
    std::vector<std::vector<std::pair<int, int>>> adj(n + 1);
    for (int i = 0; i < m; i++) {
        int a, b, c;
        std::cin >> a >> b >> c;
        adj[a].emplace_back(c, b);
        adj[b].emplace_back(c, a);
    }
    std::multiset<std::pair<int, int>> border{{0, 1}};
    std::vector<bool> reached(n + 1);
    long long total = 0;
    int count = 0;
    while (!border.empty()) {
        auto [c, v] = *border.begin();
        border.erase(border.begin());
        if (reached[v]) continue;
        reached[v] = true;
        total += c;
        count++;
        border.insert(adj[v].begin(), adj[v].end());
    }
    if (count < n) std::cout << "impossible" << std::endl;
    else std::cout << total << std::endl;
}
