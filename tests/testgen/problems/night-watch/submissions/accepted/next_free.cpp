// elementary stretches and a pointer to the next one that nobody sees yet
#include <algorithm>
#include <iostream>
#include <numeric>
#include <vector>
int main() {
    int n;
    std::cin >> n;
    std::vector<long long> l(n), r(n), x;
    for (int i = 0; i < n; i++) {
        std::cin >> l[i] >> r[i];
        x.insert(x.end(), {l[i], r[i]});
    }
    std::sort(x.begin(), x.end());
    std::vector<int> next(x.size() + 1);
    std::iota(next.begin(), next.end(), 0);
    auto find = [&](int v) {
        while (next[v] != v) v = next[v] = next[next[v]];
        return v;
    };
    long long seen = 0;
    for (int i = 0; i < n; i++) {
        int a = std::lower_bound(x.begin(), x.end(), l[i]) - x.begin();
        int b = std::lower_bound(x.begin(), x.end(), r[i]) - x.begin();
        for (a = find(a); a < b; a = find(a)) {
            seen += x[a + 1] - x[a];
            next[a] = a + 1;
        }
    }
    std::cout << seen;
}
