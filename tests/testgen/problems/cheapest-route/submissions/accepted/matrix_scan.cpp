#include <iostream>
#include <vector>
int main() {
    int n, m;
    std::cin >> n >> m;
    std::vector<std::vector<long long>> cost(n, std::vector<long long>(n, -1));
    for (int i = 0; i < m; i++) {
        int a, b, c;
        std::cin >> a >> b >> c;
        long long& x = cost[a - 1][b - 1];
        if (x < 0 || c < x) x = c;
    }
    std::vector<long long> dist(n, -1);
    std::vector<bool> fixed(n, false);
    dist[0] = 0;
    for (;;) {
        int v = -1;
        for (int u = 0; u < n; u++)
            if (!fixed[u] && dist[u] >= 0 && (v < 0 || dist[u] < dist[v])) v = u;
        if (v < 0) break;
        fixed[v] = true;
        for (int w = 0; w < n; w++)
            if (cost[v][w] >= 0 && (dist[w] < 0 || dist[v] + cost[v][w] < dist[w])) dist[w] = dist[v] + cost[v][w];
    }
    std::cout << dist[n - 1] << std::endl;
}
