#include <iostream>
#include <queue>
#include <string>
#include <vector>
using namespace std;
int main() {
    int h, w;
    cin >> h >> w;
    vector<string> g(h);
    for (auto& r : g) cin >> r;
    vector<vector<int>> d(h, vector<int>(w, -1));
    queue<pair<int, int>> q;
    int ey = 0, ex = 0;
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            if (g[y][x] == 'A') q.push({y, x}), d[y][x] = 0;
            if (g[y][x] == 'E') ey = y, ex = x;
        }
    while (!q.empty()) {
        auto [y, x] = q.front();
        q.pop();
        const int dy[] = {0, 0, 1, -1}, dx[] = {1, -1, 0, 0};
        for (int k = 0; k < 4; k++) {
            int v = y + dy[k], u = x + dx[k];
            if (v < 0 || u < 0 || v >= h || u >= w || g[v][u] == '#' || d[v][u] >= 0) continue;
            d[v][u] = d[y][x] + 1;
            q.push({v, u});
        }
    }
    cout << d[ey][ex] << "\n";
}
