#include <iostream>
#include <queue>
#include <set>
#include <vector>
int main() {
    int n, m, a, b;
    std::cin >> n >> m;
    std::vector<std::set<int>> g(n + 1);
    std::vector<int> in(n + 1), out;
    while (m--) std::cin >> a >> b, g[a].insert(b), in[b]++;
    std::queue<int> q;
    for (int v = 1; v <= n; v++) if (!in[v]) q.push(v);
    while (!q.empty()) {
        int v = q.front(); q.pop();
        out.push_back(v);
        for (int w : g[v]) if (--in[w] == 0) q.push(w);
    }
    if ((int)out.size() < n) std::cout << "impossible";
    else for (int v : out) std::cout << v << " ";
}
