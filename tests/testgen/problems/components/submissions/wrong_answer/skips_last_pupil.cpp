#include <iostream>
#include <vector>
std::vector<int> adj[5001];
bool seen[5001];
int walk(int v) {
    seen[v] = true;
    int s = 1;
    for (int w : adj[v]) if (!seen[w]) s += walk(w);
    return s;
}
int main() {
    int n, m, a, b, c = 0, best = 0;
    std::cin >> n >> m;
    while (m--) std::cin >> a >> b, adj[a].push_back(b), adj[b].push_back(a);
    for (int v = 1; v < n; v++) if (!seen[v]) c++, best = std::max(best, walk(v));
    std::cout << (c ? c : 1) << " " << (best ? best : 1);
}
