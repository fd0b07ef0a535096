#include <cstdio>
#include <vector>
int main() {
    int n;
    scanf("%d", &n);
    std::vector<long long> h(n);
    for (auto& x : h) scanf("%lld", &x);
    long long best = h[0];
    for (int i = 0; i < n; i++)
        for (int j = i; j < n; j++) {
            long long s = 0;
            for (int k = i; k <= j; k++) s += h[k];
            if (s > best) best = s;
        }
    printf("%lld", best);
}
