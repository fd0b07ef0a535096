#include <iostream>
#include <vector>
std::vector<std::pair<int, long long>> g[501];
long long d[501];
void go(int v) {
    for (auto [w, c] : g[v])
        if (d[w] < 0 || d[v] + c < d[w]) d[w] = d[v] + c, go(w);
}
int main() {
    int n, m, a, b, c;
    std::cin >> n >> m;
    while (m-- && std::cin >> a >> b >> c) g[a].push_back({b, c});
    for (auto& x : d) x = -1;
    d[1] = 0;
    go(1);
    std::cout << d[n];
}
