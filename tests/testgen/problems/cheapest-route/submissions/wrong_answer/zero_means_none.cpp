#include <iostream>
#include <vector>
int main() {
    int n, m;
    std::cin >> n >> m;
    std::vector<std::vector<long long>> c(n, std::vector<long long>(n));
    while (m--) {
        int a, b; long long x;
        std::cin >> a >> b >> x;
        if (!c[a - 1][b - 1] || x < c[a - 1][b - 1]) c[a - 1][b - 1] = x;
    }
    std::vector<long long> d(n, 1e17);
    d[0] = 0;
    for (int k = 0; k < n; k++)
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                if (c[i][j]) d[j] = std::min(d[j], d[i] + c[i][j]);
    std::cout << (d[n - 1] >= (long long)1e17 ? -1 : d[n - 1]);
}
