#include <cstdio>
#include <vector>
// all pairs of prefix sums: 2*10^8 steps
int main() {
    int n;
    if (scanf("%d", &n) != 1) return 1;
    std::vector<long long> s(n + 1);
    for (int i = 1; i <= n; i++) {
        scanf("%lld", &s[i]);
        s[i] += s[i - 1];
    }
    long long best = s[1];
    for (int i = 0; i < n; i++) {
        long long top = s[i + 1];
        for (int j = i + 1; j <= n; j++) top = top > s[j] ? top : s[j];
        if (top - s[i] > best) best = top - s[i];
    }
    printf("%lld\n", best);
}
