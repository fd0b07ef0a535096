#include <iostream>
#include <string>
#include <vector>
int h, w, best = -1;
std::vector<std::string> g;
void go(int y, int x, int d) {
    if (y < 0 || x < 0 || y >= h || x >= w || g[y][x] == '#') return;
    if (g[y][x] == 'E') { if (best < 0 || d < best) best = d; return; }
    char c = g[y][x];
    g[y][x] = '#';
    go(y + 1, x, d + 1); go(y, x + 1, d + 1); go(y - 1, x, d + 1); go(y, x - 1, d + 1);
    g[y][x] = c;
}
int main() {
    std::cin >> h >> w;
    g.resize(h);
    for (auto& r : g) std::cin >> r;
    for (int y = 0; y < h; y++) for (int x = 0; x < w; x++) if (g[y][x] == 'A') { go(y, x, 0); std::cout << best; return 0; }
}
