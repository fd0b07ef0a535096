// depths in a spanning forest first, then all pairs are looked at
#include <iostream>
#include <utility>
#include <vector>
using namespace std;
int main() {
    ios::sync_with_stdio(false);
    int n, m;
    cin >> n >> m;
    vector<pair<int, int>> pairs(m);
    vector<vector<int>> g(n + 1);
    for (auto& [a, b] : pairs) {
        cin >> a >> b;
        g[a].push_back(b);
        g[b].push_back(a);
    }
    vector<int> depth(n + 1, -1), stack;
    for (int s = 1; s <= n; s++) {
        if (depth[s] >= 0) continue;
        depth[s] = 0;
        stack.push_back(s);
        while (!stack.empty()) {
            int v = stack.back();
            stack.pop_back();
            for (int w : g[v])
                if (depth[w] < 0) depth[w] = depth[v] + 1, stack.push_back(w);
        }
    }
    for (auto& [a, b] : pairs)
        if ((depth[a] - depth[b]) % 2 == 0) return cout << "no", 0;
    cout << "yes";
}
