// grows a forest cable by cable; a cable that closes a circle pushes the dearest of the circle out
#include <iostream>
#include <map>
#include <vector>
using namespace std;
int n, m;
vector<map<int, long long>> tree;
bool path(int v, int target, int from, vector<int>& trail) {
    trail.push_back(v);
    if (v == target) return true;
    for (auto& e : tree[v])
        if (e.first != from && path(e.first, target, v, trail)) return true;
    trail.pop_back();
    return false;
}
int main() {
    cin >> n >> m;
    tree.resize(n + 1);
    int edges = 0;
    while (m--) {
        int a, b;
        long long c;
        cin >> a >> b >> c;
        if (a == b) continue;
        vector<int> trail;
        if (path(a, b, 0, trail)) {
            size_t worst = 0;
            for (size_t i = 1; i + 1 < trail.size(); i++)
                if (tree[trail[i]][trail[i + 1]] > tree[trail[worst]][trail[worst + 1]]) worst = i;
            int x = trail[worst], y = trail[worst + 1];
            if (tree[x][y] <= c) continue;
            tree[x].erase(y);
            tree[y].erase(x);
            edges--;
        }
        tree[a][b] = tree[b][a] = c;
        edges++;
    }
    long long total = 0;
    for (auto& t : tree)
        for (auto& e : t) total += e.second;
    if (edges == n - 1) cout << total / 2;
    else cout << "impossible";
}
