// groups with a colour each; a new pair joins two groups, and the smaller one changes sides if it must
#include <algorithm>
#include <iostream>
#include <vector>
int main() {
    int n, m;
    std::cin >> n >> m;
    std::vector<std::vector<int>> member(n);
    std::vector<int> group(n), side(n, 0);
    for (int v = 0; v < n; v++) group[v] = v, member[v] = {v};
    for (int i = 0; i < m; i++) {
        int a, b;
        std::cin >> a >> b;
        a--, b--;
        int x = group[a], y = group[b];
        bool same = side[a] == side[b];
        if (x == y) {
            if (same) {
                std::cout << "no" << '\n';
                return 0;
            }
            continue;
        }
        if (member[x].size() < member[y].size()) std::swap(x, y);
        for (int v : member[y]) {
            group[v] = x;
            if (same) side[v] ^= 1;
            member[x].push_back(v);
        }
        member[y].clear();
    }
    std::cout << "yes" << '\n';
}
