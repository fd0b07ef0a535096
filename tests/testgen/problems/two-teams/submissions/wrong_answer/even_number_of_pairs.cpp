#include <iostream>
#include <numeric>
#include <vector>
int main() {
    int n, m, a, b;
    std::cin >> n >> m;
    std::vector<int> p(n + 1), edges(n + 1), size(n + 1, 1);
    std::iota(p.begin(), p.end(), 0);
    auto f = [&](int v) { while (p[v] != v) v = p[v]; return v; };
    while (m--) {
        std::cin >> a >> b;
        a = f(a), b = f(b);
        if (a != b) p[a] = b, edges[b] += edges[a], size[b] += size[a];
        edges[b]++;
    }
    bool ok = true;
    for (int v = 1; v <= n; v++) if (p[v] == v && edges[v] >= size[v] && size[v] % 2) ok = false;
    std::cout << (ok ? "yes" : "no");
}
