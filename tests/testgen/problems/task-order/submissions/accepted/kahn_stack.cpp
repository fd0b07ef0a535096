#include <iostream>
#include <vector>
using namespace std;
int main() {
    int n, m;
    cin >> n >> m;
    vector<vector<int>> g(n + 1);
    vector<int> in(n + 1), stack, order;
    for (int i = 0, a, b; i < m; i++) {
        cin >> a >> b;
        g[a].push_back(b);
        in[b]++;
    }
    for (int v = 1; v <= n; v++)
        if (!in[v]) stack.push_back(v);
    while (!stack.empty()) {
        int v = stack.back();
        stack.pop_back();
        order.push_back(v);
        for (int w : g[v])
            if (--in[w] == 0) stack.push_back(w);
    }
    if ((int)order.size() < n) cout << "impossible\n";
    else
        for (int v : order) cout << v << ' ';
}
