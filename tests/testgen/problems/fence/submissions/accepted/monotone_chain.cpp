#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>
typedef long long ll;
struct P {
    ll x, y;
    bool operator<(const P& o) const { return x < o.x || (x == o.x && y < o.y); }
};
static ll cross(P o, P a, P b) { return (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x); }
int main() {
    int n;
    scanf("%d", &n);
    std::vector<P> p(n), h(2 * n + 2);
    for (auto& q : p) scanf("%lld %lld", &q.x, &q.y);
    std::sort(p.begin(), p.end());
    int k = 0;
    for (int i = 0; i < n; i++) {
        while (k > 1 && cross(h[k - 2], h[k - 1], p[i]) <= 0) k--;
        h[k++] = p[i];
    }
    for (int i = n - 2, low = k + 1; i >= 0; i--) {
        while (k >= low && cross(h[k - 2], h[k - 1], p[i]) <= 0) k--;
        h[k++] = p[i];
    }
    double sum = 0;
    for (int i = 1; i < k; i++) sum += std::hypot(double(h[i].x - h[i - 1].x), double(h[i].y - h[i - 1].y));
    printf("%.9f\n", sum);
}
