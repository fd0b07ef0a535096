#include <cstdio>
#include <vector>
std::vector<int> adj[3001];
int colour[3001];
bool paint(int v, int c) {
    if (colour[v]) return colour[v] == c;
    colour[v] = c;
    for (int w : adj[v])
        if (!paint(w, 3 - c)) return false;
    return true;
}
int main() {
    int n, m, a, b;
    scanf("%d%d", &n, &m);
    for (int i = 0; i < m; i++) {
        scanf("%d%d", &a, &b);
        adj[a].push_back(b);
        adj[b].push_back(a);
    }
    bool ok = true;
    for (int v = 1; ok && v <= n; v++)
        if (!colour[v]) ok = paint(v, 1);
    puts(ok ? "yes" : "no");
}
