#include <iostream>
#include <vector>
int main() {
    int n, m;
    std::cin >> n >> m;
    std::vector<std::vector<long long>> w(n, std::vector<long long>(n, 1LL << 60));
    while (m--) { int a, b; long long c; std::cin >> a >> b >> c; w[a - 1][b - 1] = w[b - 1][a - 1] = c; }
    std::vector<long long> d(n, 1LL << 60);
    std::vector<bool> in(n);
    d[0] = 0;
    long long t = 0;
    for (int k = 0; k < n; k++) {
        int v = -1;
        for (int u = 0; u < n; u++) if (!in[u] && (v < 0 || d[u] < d[v])) v = u;
        if (d[v] >= 1LL << 60) { std::cout << "impossible"; return 0; }
        in[v] = true; t += d[v];
        for (int u = 0; u < n; u++) d[u] = std::min(d[u], w[v][u]);
    }
    std::cout << t;
}
