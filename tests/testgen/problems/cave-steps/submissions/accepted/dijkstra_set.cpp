#include <iostream>
#include <map>
#include <set>
#include <string>
#include <tuple>
using namespace std;
int main() {
    int h, w;
    cin >> h >> w;
    map<pair<int, int>, char> cave;
    pair<int, int> a, e;
    for (int y = 0; y < h; y++) {
        string s;
        cin >> s;
        for (int x = 0; x < w; x++) {
            if (s[x] == '#') continue;
            cave[{y, x}] = s[x];
            if (s[x] == 'A') a = {y, x};
            if (s[x] == 'E') e = {y, x};
        }
    }
    set<tuple<int, int, int>> todo{{0, a.first, a.second}};
    while (!todo.empty()) {
        auto [d, y, x] = *todo.begin();
        todo.erase(todo.begin());
        if (!cave.erase({y, x})) continue;
        if (make_pair(y, x) == e) {
            cout << d;
            return 0;
        }
        for (auto p : {make_pair(y + 1, x), make_pair(y - 1, x), make_pair(y, x + 1), make_pair(y, x - 1)})
            if (cave.count(p)) todo.insert({d + 1, p.first, p.second});
    }
    cout << -1;
}
