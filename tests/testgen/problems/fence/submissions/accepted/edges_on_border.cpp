// a pair of trees is an edge of the hull if no tree is on one side and none on their line is outside the pair
#include <cmath>
#include <iomanip>
#include <iostream>
#include <set>
#include <vector>
using namespace std;
int main() {
    int n;
    cin >> n;
    set<pair<long long, long long>> all;
    for (int i = 0; i < n; i++) {
        long long x, y;
        cin >> x >> y;
        all.insert({x, y});
    }
    vector<pair<long long, long long>> p(all.begin(), all.end());
    double sum = 0;
    for (auto& a : p)
        for (auto& b : p) {
            if (a == b) continue;
            bool edge = true;
            for (auto& q : p) {
                long long dx = b.first - a.first, dy = b.second - a.second;
                long long c = dx * (q.second - a.second) - dy * (q.first - a.first);
                long long along = dx * (q.first - a.first) + dy * (q.second - a.second);
                if (c < 0 || (c == 0 && (along < 0 || along > dx * dx + dy * dy))) {
                    edge = false;
                    break;
                }
            }
            if (edge) sum += sqrt((double)((b.first - a.first) * (b.first - a.first) + (b.second - a.second) * (b.second - a.second)));
        }
    cout << fixed << setprecision(8) << sum << "\n";
}
