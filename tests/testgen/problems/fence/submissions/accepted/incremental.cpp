// a hull in a list that grows tree by tree
#include <cmath>
#include <iostream>
#include <list>
#include <vector>
using namespace std;
struct T { long long x, y; };
static long long turn(const T& a, const T& b, const T& c) { return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x); }
int main() {
    int n;
    cin >> n;
    vector<T> hull;  // against the clock
    auto between = [](const T& a, const T& b, const T& q) {
        return min(a.x, b.x) <= q.x && q.x <= max(a.x, b.x) && min(a.y, b.y) <= q.y && q.y <= max(a.y, b.y);
    };
    for (T q; n-- && cin >> q.x >> q.y;) {
        if (hull.empty()) { hull.push_back(q); continue; }
        if (hull.size() == 1) {
            if (q.x != hull[0].x || q.y != hull[0].y) hull.push_back(q);
            continue;
        }
        if (hull.size() == 2) {
            long long t = turn(hull[0], hull[1], q);
            if (t > 0) hull.push_back(q);
            else if (t < 0) hull.insert(hull.begin() + 1, q);
            else if (!between(hull[0], hull[1], q)) {
                if (between(q, hull[1], hull[0])) hull[0] = q;
                else hull[1] = q;
            }
            continue;
        }
        int k = hull.size(), out = 0;
        vector<bool> seen(k);
        for (int i = 0; i < k; i++) {
            long long t = turn(hull[i], hull[(i + 1) % k], q);
            seen[i] = t < 0 || (t == 0 && !between(hull[i], hull[(i + 1) % k], q));
            out += seen[i];
        }
        if (!out) continue;
        vector<T> next;
        for (int i = 0; i < k; i++) {
            bool before = seen[(i + k - 1) % k], after = seen[i];
            if (!(before && after)) next.push_back(hull[i]);
            if (after && !before) next.push_back(q);
        }
        // the first corner that is seen stays, then the new tree, then the last corner
        hull = next;
    }
    double sum = 0;
    for (size_t i = 0; i < hull.size(); i++) {
        const T &a = hull[i], &b = hull[(i + 1) % hull.size()];
        sum += sqrt((double)(a.x - b.x) * (a.x - b.x) + (double)(a.y - b.y) * (a.y - b.y));
    }
    cout.precision(12);
    cout << sum << endl;
}
