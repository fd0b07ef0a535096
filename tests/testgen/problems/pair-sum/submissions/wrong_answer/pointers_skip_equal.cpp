#include <algorithm>
#include <iostream>
#include <vector>
using namespace std;
int main() {
    int n; long long t;
    cin >> n >> t;
    vector<long long> a(n);
    for (auto& x : a) cin >> x;
    sort(a.begin(), a.end());
    long long ways = 0;
    for (int i = 0, j = n - 1; i < j;) {
        long long s = a[i] + a[j];
        if (s == t) ways++, i++, j--;
        else if (s < t) i++;
        else j--;
    }
    cout << ways;
}
