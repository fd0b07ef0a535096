#include <algorithm>
#include <cstdio>
#include <numeric>
#include <vector>
int main() {
    int n;
    if (scanf("%d", &n) != 1) return 1;
    std::vector<int> a(n), at(n), bit(n + 2);
    for (int& x : a) scanf("%d", &x);
    std::iota(at.begin(), at.end(), 0);
    std::stable_sort(at.begin(), at.end(), [&](int x, int y) { return a[x] > a[y]; });
    // largest first: those of equal value are asked before any of them is entered
    long long c = 0;
    for (int i = 0, j = 0; i < n; i = j) {
        for (j = i; j < n && a[at[j]] == a[at[i]]; j++)
            for (int k = at[j] + 1; k; k -= k & -k) c += bit[k];
        for (int q = i; q < j; q++)
            for (int k = at[q] + 1; k <= n; k += k & -k) bit[k]++;
    }
    printf("%lld\n", c);
}
