#include <algorithm>
#include <iostream>
#include <numeric>
#include <vector>
using namespace std;
struct Cable { int a, b, c; };
int main() {
    int n, m;
    cin >> n >> m;
    vector<Cable> v(m);
    for (auto& e : v) cin >> e.a >> e.b >> e.c;
    sort(v.begin(), v.end(), [](const Cable& x, const Cable& y) { return x.c < y.c; });
    vector<int> p(n + 1);
    iota(p.begin(), p.end(), 0);
    auto find = [&](int x) {
        while (p[x] != x) x = p[x] = p[p[x]];
        return x;
    };
    long long sum = 0;
    int left = n - 1;
    for (auto& e : v) {
        int x = find(e.a), y = find(e.b);
        if (x == y) continue;
        p[x] = y;
        sum += e.c;
        left--;
    }
    if (left) cout << "impossible\n";
    else cout << sum << "\n";
}
