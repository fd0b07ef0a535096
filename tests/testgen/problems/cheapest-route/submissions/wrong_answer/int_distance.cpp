#include <functional>
#include <iostream>
#include <queue>
#include <vector>
int main() {
    int n, m;
    std::cin >> n >> m;
    std::vector<std::vector<std::pair<int, int>>> g(n + 1);
    for (int a, b, c; m-- && std::cin >> a >> b >> c;) g[a].push_back({b, c});
    std::vector<int> d(n + 1, 2147483647);
    std::priority_queue<std::pair<int, int>, std::vector<std::pair<int, int>>, std::greater<>> q;
    q.push({0, 1});
    d[1] = 0;
    while (!q.empty()) {
        auto [x, v] = q.top();
        q.pop();
        if (x > d[v]) continue;
        for (auto [w, c] : g[v]) {
            int y = c > 2147483647 - x ? 2147483647 : x + c;
            if (y < d[w]) d[w] = y, q.push({y, w});
        }
    }
    std::cout << (d[n] == 2147483647 ? -1 : d[n]);
}
