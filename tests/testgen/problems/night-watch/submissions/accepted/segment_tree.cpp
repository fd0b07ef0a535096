#include <algorithm>
#include <cstdio>
#include <vector>
std::vector<long long> c, covered;
std::vector<int> times;
void add(int v, int lo, int hi, long long l, long long r) {
    if (r <= c[lo] || c[hi] <= l) return;
    if (l <= c[lo] && c[hi] <= r) times[v]++;
    else {
        int m = (lo + hi) / 2;
        add(2 * v, lo, m, l, r);
        add(2 * v + 1, m, hi, l, r);
    }
    if (times[v]) covered[v] = c[hi] - c[lo];
    else covered[v] = hi - lo == 1 ? 0 : covered[2 * v] + covered[2 * v + 1];
}
int main() {
    int n;
    if (scanf("%d", &n) != 1) return 1;
    std::vector<std::pair<long long, long long>> g(n);
    for (auto& p : g) {
        scanf("%lld%lld", &p.first, &p.second);
        c.push_back(p.first);
        c.push_back(p.second);
    }
    std::sort(c.begin(), c.end());
    c.erase(std::unique(c.begin(), c.end()), c.end());
    int m = c.size() - 1;
    if (m == 0) return puts("0"), 0;
    covered.assign(4 * m + 4, 0);
    times.assign(4 * m + 4, 0);
    for (auto& p : g)
        if (p.first < p.second) add(1, 0, m, p.first, p.second);
    printf("%lld\n", covered[1]);
}
