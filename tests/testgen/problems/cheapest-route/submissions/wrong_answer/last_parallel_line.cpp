#include <iostream>
#include <vector>
int main() {
    int n, m;
    std::cin >> n >> m;
    std::vector<std::vector<long long>> d(n, std::vector<long long>(n, 1e17));
    while (m--) { int a, b; long long c; std::cin >> a >> b >> c; d[a - 1][b - 1] = c; }
    for (int k = 0; k < n; k++) for (int i = 0; i < n; i++) for (int j = 0; j < n; j++)
        d[i][j] = std::min(d[i][j], d[i][k] + d[k][j]);
    if (n == 1) d[0][0] = 0;
    std::cout << (d[0][n - 1] >= (long long)1e17 ? -1 : d[0][n - 1]);
}
