// doubling ranks: rank[i] names the block of length 2^k at i
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>
using namespace std;
int main() {
    string s;
    cin >> s;
    int n = s.size();
    vector<vector<int>> level{vector<int>(s.begin(), s.end())};
    for (int len = 1; 2 * len <= n; len *= 2) {
        auto& prev = level.back();
        vector<int64_t> key;
        for (int i = 0; i + 2 * len <= n; i++) key.push_back((int64_t)prev[i] << 32 | prev[i + len]);
        auto sorted = key;
        sort(sorted.begin(), sorted.end());
        vector<int> rank;
        for (auto k : key) rank.push_back(lower_bound(sorted.begin(), sorted.end(), k) - sorted.begin());
        level.push_back(rank);
    }
    auto equal = [&](int i, int j, int len) {
        if (!len) return true;
        int k = 31 - __builtin_clz(len);
        return level[k][i] == level[k][j] && level[k][i + len - (1 << k)] == level[k][j + len - (1 << k)];
    };
    int p = 1;
    while (p < n && !equal(0, p, n - p)) p++;
    cout << p;
}
