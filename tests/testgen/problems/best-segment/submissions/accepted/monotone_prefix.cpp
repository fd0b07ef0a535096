// suffix maxima of the prefix sums
#include <iostream>
#include <vector>
using namespace std;
int main() {
    int n;
    cin >> n;
    vector<long long> p(n + 1, 0), up(n + 2, -(1LL << 62));
    for (int i = 1; i <= n; i++) {
        cin >> p[i];
        p[i] += p[i - 1];
    }
    for (int i = n; i >= 1; i--) up[i] = max(up[i + 1], p[i]);
    long long best = p[1];
    for (int i = 0; i < n; i++) best = max(best, up[i + 1] - p[i]);
    cout << best;
}
