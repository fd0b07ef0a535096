#include <functional>
#include <iostream>
#include <queue>
#include <vector>
using namespace std;
int main() {
    int n, m;
    cin >> n >> m;
    vector<vector<pair<int, int>>> g(n + 1);
    for (int a, b, c; m-- && cin >> a >> b >> c;) g[a].push_back({b, c});
    vector<long long> d(n + 1, -1);
    priority_queue<pair<long long, int>, vector<pair<long long, int>>, greater<>> q;
    q.push({0, 1});
    while (!q.empty()) {
        auto [x, v] = q.top();
        q.pop();
        if (d[v] >= 0) continue;
        d[v] = x;
        for (auto [w, c] : g[v])
            if (d[w] < 0) q.push({x + c, w});
    }
    cout << d[n] << '\n';
}
