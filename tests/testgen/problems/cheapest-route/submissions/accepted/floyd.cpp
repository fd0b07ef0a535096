#include <algorithm>
#include <cstdio>
long long d[500][500];
int main() {
    int n, m;
    scanf("%d %d", &n, &m);
    const long long INF = 1e18;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) d[i][j] = i == j ? 0 : INF;
    while (m--) {
        int a, b;
        long long c;
        scanf("%d %d %lld", &a, &b, &c);
        d[a - 1][b - 1] = std::min(d[a - 1][b - 1], c);
    }
    for (int k = 0; k < n; k++)
        for (int i = 0; i < n; i++) {
            if (d[i][k] == INF) continue;
            for (int j = 0; j < n; j++) d[i][j] = std::min(d[i][j], d[i][k] + d[k][j]);
        }
    printf("%lld\n", d[0][n - 1] == INF ? -1 : d[0][n - 1]);
}
