#include <cstdio>
#include <queue>
#include <vector>
// XOR of neighbours instead of lists: leaves know their only neighbour
int main() {
    int n;
    scanf("%d", &n);
    std::vector<int> degree(n + 1), mix(n + 1);
    std::vector<long long> wmix(n + 1), arm(n + 1);
    for (int i = 1; i < n; i++) {
        int a, b;
        long long w;
        scanf("%d%d%lld", &a, &b, &w);
        degree[a]++, degree[b]++;
        mix[a] ^= b, mix[b] ^= a;
        wmix[a] ^= w, wmix[b] ^= w;
    }
    long long best = 0;
    std::queue<int> leaf;
    for (int v = 1; v <= n; v++)
        if (degree[v] == 1) leaf.push(v);
    while (!leaf.empty()) {
        int v = leaf.front();
        leaf.pop();
        if (degree[v] != 1) continue;
        int u = mix[v];
        long long w = wmix[v], d = arm[v] + w;
        if (arm[u] + d > best) best = arm[u] + d;
        if (d > arm[u]) arm[u] = d;
        mix[u] ^= v, wmix[u] ^= w;
        degree[v] = 0;
        if (--degree[u] == 1) leaf.push(u);
    }
    printf("%lld\n", best);
}
