#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>
int main() {
    int n;
    scanf("%d", &n);
    std::vector<std::pair<int, int>> p(n), h(2 * n + 2);
    for (auto& q : p) scanf("%d %d", &q.first, &q.second);
    std::sort(p.begin(), p.end());
    auto cross = [](std::pair<int, int> o, std::pair<int, int> a, std::pair<int, int> b) {
        return (int)((unsigned)(a.first - o.first) * (unsigned)(b.second - o.second) - (unsigned)(a.second - o.second) * (unsigned)(b.first - o.first));
    };
    int k = 0;
    for (int i = 0; i < n; i++) { while (k > 1 && cross(h[k - 2], h[k - 1], p[i]) <= 0) k--; h[k++] = p[i]; }
    for (int i = n - 2, low = k + 1; i >= 0; i--) { while (k >= low && cross(h[k - 2], h[k - 1], p[i]) <= 0) k--; h[k++] = p[i]; }
    double s = 0;
    for (int i = 1; i < k; i++) s += std::hypot(h[i].first - h[i - 1].first, h[i].second - h[i - 1].second);
    printf("%.9f\n", s);
}
