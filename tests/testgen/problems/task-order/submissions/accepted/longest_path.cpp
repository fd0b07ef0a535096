// level = length of the longest chain of rules that ends in a task; a level of n or more is a cycle
#include <algorithm>
#include <iostream>
#include <numeric>
#include <vector>
using namespace std;
int main() {
    int n, m;
    cin >> n >> m;
    vector<pair<int, int>> rule(m);
    for (auto& r : rule) cin >> r.first >> r.second;
    sort(rule.begin(), rule.end());
    vector<int> level(n + 1);
    for (bool again = true; again;) {
        again = false;
        for (auto [a, b] : rule)
            if (level[b] <= level[a]) {
                level[b] = level[a] + 1;
                again = true;
                if (level[b] > n) {
                    cout << "impossible";
                    return 0;
                }
            }
    }
    vector<int> order(n);
    iota(order.begin(), order.end(), 1);
    sort(order.begin(), order.end(), [&](int x, int y) { return level[x] < level[y]; });
    for (int v : order) cout << v << "\n";
}
