// sweeps in both directions until nothing gets better
#include <iostream>
#include <string>
#include <vector>
int main() {
    int h, w;
    std::cin >> h >> w;
    const int FAR = 1000000;
    std::vector<std::vector<int>> d(h + 2, std::vector<int>(w + 2, FAR));
    std::vector<std::string> g(h + 2, std::string(w + 2, '#'));
    int ey = 0, ex = 0;
    for (int y = 1; y <= h; y++) {
        std::string s;
        std::cin >> s;
        for (int x = 1; x <= w; x++) {
            g[y][x] = s[x - 1];
            if (g[y][x] == 'A') d[y][x] = 0;
            if (g[y][x] == 'E') ey = y, ex = x;
        }
    }
    auto improve = [&](int y, int x) {
        if (g[y][x] == '#') return false;
        int best = std::min(std::min(d[y - 1][x], d[y + 1][x]), std::min(d[y][x - 1], d[y][x + 1])) + 1;
        if (best >= d[y][x]) return false;
        d[y][x] = best;
        return true;
    };
    for (bool again = true; again;) {
        again = false;
        for (int y = 1; y <= h; y++)
            for (int x = 1; x <= w; x++) again |= improve(y, x);
        for (int y = h; y >= 1; y--)
            for (int x = w; x >= 1; x--) again |= improve(y, x);
    }
    std::cout << (d[ey][ex] >= FAR ? -1 : d[ey][ex]) << std::endl;
}
