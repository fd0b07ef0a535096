#include <cstdio>
#include <vector>
int main() {
    int n, m;
    scanf("%d %d", &n, &m);
    const long long NONE = 1LL << 60;
    std::vector<std::vector<long long>> w(n, std::vector<long long>(n, NONE));
    while (m--) {
        int a, b;
        long long c;
        scanf("%d %d %lld", &a, &b, &c);
        a--, b--;
        if (c < w[a][b]) w[a][b] = w[b][a] = c;
    }
    std::vector<long long> d(n, NONE);
    std::vector<bool> in(n);
    d[0] = 0;
    long long total = 0;
    for (int k = 0; k < n; k++) {
        int v = -1;
        for (int u = 0; u < n; u++)
            if (!in[u] && (v < 0 || d[u] < d[v])) v = u;
        if (d[v] == NONE) {
            puts("impossible");
            return 0;
        }
        in[v] = true;
        total += d[v];
        for (int u = 0; u < n; u++)
            if (w[v][u] < d[u]) d[u] = w[v][u];
    }
    printf("%lld\n", total);
}
