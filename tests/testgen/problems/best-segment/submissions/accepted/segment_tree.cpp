#include <algorithm>
#include <cstdio>
#include <vector>
using ll = long long;
struct Node { ll sum, pre, suf, best; };
static const ll LOW = -1000000000000000000LL;
static Node join(const Node& a, const Node& b) {
    return {a.sum + b.sum, std::max(a.pre, a.sum + b.pre), std::max(b.suf, b.sum + a.suf),
            std::max({a.best, b.best, a.suf + b.pre})};
}
int main() {
    int n;
    scanf("%d", &n);
    int size = 1;
    while (size < n) size *= 2;
    std::vector<Node> t(2 * size, Node{0, LOW, LOW, LOW});
    for (int i = 0; i < n; i++) {
        ll h;
        scanf("%lld", &h);
        t[size + i] = {h, h, h, h};
    }
    for (int i = size - 1; i >= 1; i--) t[i] = join(t[2 * i], t[2 * i + 1]);
    printf("%lld\n", t[1].best);
}
