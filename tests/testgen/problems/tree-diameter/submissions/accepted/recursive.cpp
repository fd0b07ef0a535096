#include <algorithm>
#include <iostream>
#include <vector>
using namespace std;
typedef long long ll;
vector<pair<int, ll>> g[3001];
ll best = 0;
ll depth(int v, int from) {
    ll deepest = 0;
    for (auto [u, w] : g[v])
        if (u != from) {
            ll d = depth(u, v) + w;
            best = max(best, deepest + d);
            deepest = max(deepest, d);
        }
    return deepest;
}
int main() {
    int n, a, b, w;
    cin >> n;
    while (cin >> a >> b >> w) g[a].push_back({b, w}), g[b].push_back({a, w});
    depth(1, 0);
    cout << best << "\n";
}
