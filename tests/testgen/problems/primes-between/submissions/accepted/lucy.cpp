// pi(r) - pi(l - 1), each by the sieve over floor(x / k)
#include <cmath>
#include <cstdio>
#include <vector>
static long long pi(long long x) {
    if (x < 2) return 0;
    long long s = (long long)std::sqrt((double)x);
    while (s * s > x) s--;
    while ((s + 1) * (s + 1) <= x) s++;
    std::vector<int> low(s + 1), high(s + 1);
    for (long long i = 1; i <= s; i++) low[i] = i - 1, high[i] = x / i - 1;
    for (long long p = 2; p <= s; p++) {
        if (low[p] == low[p - 1]) continue;
        long long before = low[p - 1], square = p * p;
        for (long long i = 1; i <= s && x / i >= square; i++)
            high[i] -= (i * p <= s ? high[i * p] : low[x / (i * p)]) - before;
        for (long long i = s; i >= square; i--) low[i] -= low[i / p] - before;
    }
    return high[1];
}
int main() {
    long long l, r;
    scanf("%lld%lld", &l, &r);
    printf("%lld\n", pi(r) - pi(l - 1));
}
