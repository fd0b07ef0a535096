#include <iostream>
#include <queue>
#include <vector>
int main() {
    int n, m, a, b, c;
    std::cin >> n >> m;
    std::vector<std::vector<std::pair<int, int>>> g(n + 1);
    while (m-- && std::cin >> a >> b >> c) g[a].push_back({-c, b}), g[b].push_back({-c, a});
    std::priority_queue<std::pair<int, int>> q;
    std::vector<unsigned char> times(n + 1);
    long long total = 0;
    int done = 0;
    for (q.push({0, 1}); !q.empty();) {
        auto [x, v] = q.top();
        q.pop();
        if (times[v]++ > 0) continue;
        total -= x, done++;
        for (auto& e : g[v]) q.push(e);
    }
    if (done < n) std::cout << "impossible";
    else std::cout << total;
}
