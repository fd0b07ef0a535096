#include <iostream>
#include <queue>
#include <vector>
using namespace std;
int main() {
    int n, m;
    cin >> n >> m;
    vector<vector<int>> g(n);
    while (m--) {
        int a, b;
        cin >> a >> b;
        g[--a].push_back(--b);
        g[b].push_back(a);
    }
    vector<int> side(n, -1);
    for (int s = 0; s < n; s++) {
        if (side[s] >= 0) continue;
        queue<int> q;
        q.push(s);
        side[s] = 0;
        while (!q.empty()) {
            int v = q.front();
            q.pop();
            for (int w : g[v]) {
                if (side[w] < 0) {
                    side[w] = !side[v];
                    q.push(w);
                } else if (side[w] == side[v]) {
                    cout << "no\n";
                    return 0;
                }
            }
        }
    }
    cout << "yes\n";
}
