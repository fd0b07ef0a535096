// a greedy start is usually enough; if it is not, sums of both halves of the coins as sorted lists
#include <algorithm>
#include <iostream>
#include <numeric>
#include <set>
#include <vector>
using namespace std;
int main() {
    int n;
    cin >> n;
    vector<int> v(n), order(n);
    for (int& x : v) cin >> x;
    iota(order.begin(), order.end(), 0);
    sort(order.begin(), order.end(), [&](int x, int y) { return v[x] > v[y]; });
    int total = accumulate(v.begin(), v.end(), 0), d = 0;
    vector<int> mine;
    for (int i : order)
        if (d <= 0) d += v[i], mine.push_back(i);
        else d -= v[i];
    if (d != 0) {
        mine.clear();
        auto sums = [&](int lo, int hi) {
            vector<set<int>> s{{0}};
            for (int i = lo; i < hi; i++) {
                set<int> next = s.back();
                for (int x : s.back()) next.insert(x + v[i]);
                s.push_back(next);
            }
            return s;
        };
        auto left = sums(0, n / 2), right = sums(n / 2, n);
        bool found = false;
        if (total % 2 == 0)
            for (int x : left.back())
                if (right.back().count(total / 2 - x)) {
                    int a = x, b = total / 2 - x;
                    for (int i = n / 2; i > 0; i--)
                        if (!left[i - 1].count(a)) mine.push_back(i - 1), a -= v[i - 1];
                    for (int i = n; i > n / 2; i--)
                        if (!right[i - n / 2 - 1].count(b)) mine.push_back(i - 1), b -= v[i - 1];
                    found = true;
                    break;
                }
        if (!found) {
            cout << "NO" << endl;
            return 0;
        }
    }
    cout << "YES" << endl;
    for (int i : mine) cout << i + 1 << " ";
    cout << endl;
}
