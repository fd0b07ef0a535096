// the sorted list against its mirror image t - x, as a merge of two sorted lists
#include <algorithm>
#include <functional>
#include <iostream>
#include <vector>
using namespace std;
int main() {
    long long n, t;
    cin >> n >> t;
    vector<long long> a(n), b(n);
    for (int i = 0; i < n; i++) cin >> a[i], b[i] = t - a[i];
    sort(a.begin(), a.end());
    sort(b.begin(), b.end());
    long long both = 0, self = 0;
    for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        if (a[i] < b[j]) i++;
        else if (b[j] < a[i]) j++;
        else {
            long long v = a[i], p = 0, q = 0;
            while (i < a.size() && a[i] == v) i++, p++;
            while (j < b.size() && b[j] == v) j++, q++;
            both += p * q;
            if (2 * v == t) self += p;
        }
    }
    cout << (both - self) / 2 << '\n';
}
