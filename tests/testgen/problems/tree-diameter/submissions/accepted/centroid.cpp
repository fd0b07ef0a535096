// divide at centroids: the longest walk passes the centroid or stays in one part
#include <algorithm>
#include <iostream>
#include <vector>
using namespace std;
using ll = long long;
int n;
vector<vector<pair<int, ll>>> adj;
vector<int> size_;
vector<bool> removed;
int measure(int v, int p) {
    size_[v] = 1;
    for (auto& e : adj[v])
        if (e.first != p && !removed[e.first]) size_[v] += measure(e.first, v);
    return size_[v];
}
ll reach(int v, int p) {
    ll r = 0;
    for (auto& e : adj[v])
        if (e.first != p && !removed[e.first]) r = max(r, e.second + reach(e.first, v));
    return r;
}
ll solve(int v) {
    int total = measure(v, 0), p = 0;
    for (bool moved = true; moved;) {
        moved = false;
        for (auto& e : adj[v])
            if (e.first != p && !removed[e.first] && 2 * size_[e.first] > total) {
                p = v, v = e.first, moved = true;
                break;
            }
    }
    ll first = 0, second = 0;
    for (auto& e : adj[v])
        if (!removed[e.first]) {
            ll r = e.second + reach(e.first, v);
            if (r > first) second = first, first = r;
            else second = max(second, r);
        }
    ll best = first + second;
    removed[v] = true;
    for (auto& e : adj[v])
        if (!removed[e.first]) best = max(best, solve(e.first));
    return best;
}
int main() {
    cin >> n;
    adj.resize(n + 1), size_.resize(n + 1), removed.resize(n + 1);
    for (int i = 1; i < n; i++) {
        int a, b, w;
        cin >> a >> b >> w;
        adj[a].push_back({b, w}), adj[b].push_back({a, w});
    }
    cout << solve(1);
}
