// levels written into the map itself, one character grid after the other
#include <iostream>
#include <string>
#include <vector>
int main() {
    size_t h, w;
    std::cin >> h >> w;
    std::vector<std::string> now(h);
    for (auto& r : now) std::cin >> r;
    for (int steps = 1;; steps++) {
        auto next = now;
        bool grew = false, out = false;
        for (size_t y = 0; y < h; y++)
            for (size_t x = 0; x < w; x++) {
                if (now[y][x] == 'A' || now[y][x] == '#') continue;
                bool reached = (y && now[y - 1][x] == 'A') || (y + 1 < h && now[y + 1][x] == 'A') ||
                               (x && now[y][x - 1] == 'A') || (x + 1 < w && now[y][x + 1] == 'A');
                if (!reached) continue;
                out = out || now[y][x] == 'E';
                next[y][x] = 'A';
                grew = true;
            }
        if (out) return std::cout << steps << "\n", 0;
        if (!grew) return std::cout << "-1\n", 0;
        now.swap(next);
    }
}
