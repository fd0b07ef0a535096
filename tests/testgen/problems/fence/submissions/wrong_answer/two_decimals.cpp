#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>
using P = std::pair<long, long>;
static long cr(P o, P a, P b) { return (a.first - o.first) * (b.second - o.second) - (a.second - o.second) * (b.first - o.first); }
int main() {
    int n;
    scanf("%d", &n);
    std::vector<P> p(n), h;
    for (auto& q : p) scanf("%ld %ld", &q.first, &q.second);
    std::sort(p.begin(), p.end());
    double s = 0;
    for (int round = 0; round < 2; round++, std::reverse(p.begin(), p.end())) {
        h.clear();
        for (auto& q : p) { while (h.size() > 1 && cr(h[h.size() - 2], h.back(), q) <= 0) h.pop_back(); h.push_back(q); }
        for (size_t i = 1; i < h.size(); i++) s += std::hypot(h[i].first - h[i - 1].first, h[i].second - h[i - 1].second);
    }
    printf("%.2f\n", s);
}
