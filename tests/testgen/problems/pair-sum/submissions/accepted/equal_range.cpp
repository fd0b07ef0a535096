#include <algorithm>
#include <cstdio>
#include <vector>
int main() {
    int n;
    long long t;
    scanf("%d %lld", &n, &t);
    std::vector<long long> a(n);
    for (auto& x : a) scanf("%lld", &x);
    std::sort(a.begin(), a.end());
    long long ways = 0;
    for (int i = 0; i < n; i++) {
        auto r = std::equal_range(a.begin() + i + 1, a.end(), t - a[i]);
        ways += r.second - r.first;
    }
    printf("%lld\n", ways);
}
