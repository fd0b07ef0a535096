#include <cstdio>
#include <vector>
// a walk from each place: 9 million steps
struct Path { int to; long long length; };
int main() {
    int n;
    if (scanf("%d", &n) != 1) return 1;
    std::vector<std::vector<Path>> adj(n);
    for (int i = 1; i < n; i++) {
        int a, b;
        long long w;
        scanf("%d %d %lld", &a, &b, &w);
        adj[a - 1].push_back({b - 1, w});
        adj[b - 1].push_back({a - 1, w});
    }
    long long best = 0;
    std::vector<int> stack, from(n);
    std::vector<long long> d(n);
    for (int s = 0; s < n; s++) {
        stack.assign(1, s);
        from[s] = -1;
        d[s] = 0;
        while (!stack.empty()) {
            int v = stack.back();
            stack.pop_back();
            if (d[v] > best) best = d[v];
            for (const Path& p : adj[v])
                if (p.to != from[v]) {
                    from[p.to] = v;
                    d[p.to] = d[v] + p.length;
                    stack.push_back(p.to);
                }
        }
    }
    printf("%lld\n", best);
}
