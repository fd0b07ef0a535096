// minimum forests of blocks of cables are joined and thinned out
#include <algorithm>
#include <iostream>
#include <tuple>
#include <vector>
using namespace std;
typedef tuple<int, int, int> Cable;
int n;
vector<Cable> thin(vector<Cable> v) {
    sort(v.begin(), v.end());
    vector<int> label(n + 1), size(n + 1, 1);
    for (int i = 0; i <= n; i++) label[i] = i;
    vector<Cable> kept;
    for (auto& [c, a, b] : v) {
        int x = label[a], y = label[b];
        if (x == y) continue;
        kept.push_back({c, a, b});
        for (int& l : label)
            if (l == x) l = y;
    }
    return kept;
}
vector<Cable> solve(const vector<Cable>& all, size_t lo, size_t hi) {
    if (hi - lo <= 800) return thin(vector<Cable>(all.begin() + lo, all.begin() + hi));
    size_t mid = (lo + hi) / 2;
    auto left = solve(all, lo, mid), right = solve(all, mid, hi);
    left.insert(left.end(), right.begin(), right.end());
    return thin(left);
}
int main() {
    int m;
    cin >> n >> m;
    vector<Cable> all(m);
    for (auto& [c, a, b] : all) cin >> a >> b >> c;
    auto forest = solve(all, 0, all.size());
    long long sum = 0;
    for (auto& e : forest) sum += get<0>(e);
    if ((int)forest.size() == n - 1) cout << sum << endl;
    else cout << "impossible" << endl;
}
