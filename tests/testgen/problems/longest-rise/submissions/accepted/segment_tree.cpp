#include <algorithm>
#include <iostream>
#include <map>
#include <vector>
using namespace std;
int main() {
    int n;
    cin >> n;
    vector<int> a(n);
    map<int, int> rank;
    for (int& x : a) cin >> x, rank[x];
    int m = 0;
    for (auto& kv : rank) kv.second = m++;
    vector<int> t(2 * m);
    for (int x : a) {
        int r = rank[x], best = 0;
        for (int lo = m, hi = m + r; lo < hi; lo /= 2, hi /= 2) {
            if (lo & 1) best = max(best, t[lo++]);
            if (hi & 1) best = max(best, t[--hi]);
        }
        for (int p = m + r; p >= 1; p /= 2) t[p] = max(t[p], best + 1);
    }
    cout << *max_element(t.begin(), t.end());
}
