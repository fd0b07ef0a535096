#include <cstdio>
#include <vector>
std::vector<std::vector<int>> adj;
std::vector<char> seen;
int walk(int v) {
    seen[v] = 1;
    int size = 1;
    for (int w : adj[v])
        if (!seen[w]) size += walk(w);
    return size;
}
int main() {
    int n, m, a, b;
    scanf("%d %d", &n, &m);
    adj.resize(n);
    seen.resize(n);
    while (m--) {
        scanf("%d %d", &a, &b);
        adj[a - 1].push_back(b - 1);
        adj[b - 1].push_back(a - 1);
    }
    int circles = 0, largest = 0;
    for (int v = 0; v < n; v++)
        if (!seen[v]) {
            int s = walk(v);
            circles++;
            if (s > largest) largest = s;
        }
    printf("%d %d\n", circles, largest);
}
