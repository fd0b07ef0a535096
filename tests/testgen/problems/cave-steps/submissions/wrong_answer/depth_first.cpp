#include <iostream>
#include <string>
#include <vector>
int h, w;
std::vector<std::string> g;
int go(int y, int x, int d) {
    if (y < 0 || x < 0 || y >= h || x >= w || g[y][x] == '#') return -1;
    if (g[y][x] == 'E') return d;
    g[y][x] = '#';
    for (auto p : {std::pair<int, int>{0, 1}, {1, 0}, {0, -1}, {-1, 0}}) {
        int r = go(y + p.first, x + p.second, d + 1);
        if (r >= 0) return r;
    }
    return -1;
}
int main() {
    std::cin >> h >> w;
    g.resize(h);
    for (auto& r : g) std::cin >> r;
    for (int y = 0; y < h; y++) for (int x = 0; x < w; x++) if (g[y][x] == 'A') { std::cout << go(y, x, 0); return 0; }
}
