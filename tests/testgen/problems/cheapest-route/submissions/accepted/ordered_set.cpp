#include <cstdio>
#include <map>
#include <set>
#include <vector>
int main() {
    int n, m;
    if (scanf("%d%d", &n, &m) != 2) return 1;
    std::multimap<int, std::pair<int, long>> lines;
    for (int i = 0; i < m; i++) {
        int a, b;
        long c;
        scanf("%d%d%ld", &a, &b, &c);
        lines.insert({b, {a, c}});
    }
    // backwards from the last town
    std::vector<long> d(n + 1, -1);
    std::set<std::pair<long, int>> todo{{0, n}};
    d[n] = 0;
    while (!todo.empty()) {
        auto [x, v] = *todo.begin();
        todo.erase(todo.begin());
        auto range = lines.equal_range(v);
        for (auto it = range.first; it != range.second; ++it) {
            auto [w, c] = it->second;
            if (d[w] < 0 || x + c < d[w]) {
                if (d[w] >= 0) todo.erase({d[w], w});
                d[w] = x + c;
                todo.insert({d[w], w});
            }
        }
    }
    printf("%ld\n", d[1]);
}
