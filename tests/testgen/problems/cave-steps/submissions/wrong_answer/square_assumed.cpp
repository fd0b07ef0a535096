#include <iostream>
#include <queue>
#include <string>
#include <vector>
int main() {
    int h, w;
    std::cin >> h >> w;
    std::vector<std::string> g(h);
    for (auto& r : g) std::cin >> r;
    std::vector<std::vector<int>> d(61, std::vector<int>(61, -1));
    std::queue<std::pair<int, int>> q;
    std::pair<int, int> e;
    for (int y = 0; y < h; y++) for (int x = 0; x < w; x++) {
        if (g[y][x] == 'A') q.push({y, x}), d[y][x] = 0;
        if (g[y][x] == 'E') e = {y, x};
    }
    int n = std::min(h, w);
    while (!q.empty()) {
        auto [y, x] = q.front(); q.pop();
        for (int k = 0; k < 4; k++) {
            int v = y + (k == 0) - (k == 1), u = x + (k == 2) - (k == 3);
            if (v < 0 || u < 0 || v >= n || u >= n || g[v][u] == '#' || d[v][u] >= 0) continue;
            d[v][u] = d[y][x] + 1;
            q.push({v, u});
        }
    }
    std::cout << d[e.first][e.second];
}
