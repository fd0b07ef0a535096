// unsigned arithmetic around the first corner
#include <iostream>
#include <utility>
#include <vector>
using namespace std;
using u64 = unsigned long long;
int main() {
    int n;
    cin >> n;
    vector<pair<u64, u64>> p(n);
    for (auto& [x, y] : p) {
        long long a, b;
        cin >> a >> b;
        x = a, y = b;
    }
    u64 total = 0;
    for (int i = 2; i < n; i++) {
        u64 ax = p[i - 1].first - p[0].first, ay = p[i - 1].second - p[0].second;
        u64 bx = p[i].first - p[0].first, by = p[i].second - p[0].second;
        total += ax * by - ay * bx;
    }
    long long signed_total = total;
    cout << (signed_total < 0 ? -signed_total : signed_total) << endl;
}
