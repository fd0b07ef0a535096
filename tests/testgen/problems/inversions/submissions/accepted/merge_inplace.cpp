#include <algorithm>
#include <iostream>
#include <vector>
using namespace std;
using It = vector<int>::iterator;
long long count(It lo, It hi) {
    if (hi - lo < 2) return 0;
    It mid = lo + (hi - lo) / 2;
    long long c = count(lo, mid) + count(mid, hi);
    for (It i = lo, j = mid; i != mid; ++i) {
        while (j != hi && *j < *i) ++j;
        c += j - mid;
    }
    inplace_merge(lo, mid, hi);
    return c;
}
int main() {
    int n;
    cin >> n;
    vector<int> a(n);
    for (int& x : a) cin >> x;
    cout << count(a.begin(), a.end()) << endl;
}
