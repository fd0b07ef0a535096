#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>
std::vector<int> adj[2001], out;
int state[2001];
void visit(int v) {
    if (state[v] == 2) return;
    if (state[v] == 1) {
        puts("impossible");
        exit(0);
    }
    state[v] = 1;
    for (int w : adj[v]) visit(w);
    state[v] = 2;
    out.push_back(v);
}
int main() {
    int n, m, a, b;
    scanf("%d%d", &n, &m);
    while (m--) {
        scanf("%d%d", &a, &b);
        adj[a].push_back(b);
    }
    for (int v = 1; v <= n; v++) visit(v);
    std::reverse(out.begin(), out.end());
    for (int v : out) printf("%d ", v);
    puts("");
}
