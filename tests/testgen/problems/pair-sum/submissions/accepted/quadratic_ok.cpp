// 20000^2 / 2 comparisons are nothing for a vectorised loop
#include <cstdio>
static long long a[20005];
int main() {
    int n;
    long long t;
    if (scanf("%d%lld", &n, &t) != 2) return 1;
    for (int i = 0; i < n; i++) scanf("%lld", a + i);
    long long ways = 0;
    for (int i = 1; i < n; i++) {
        long long want = t - a[i];
        int here = 0;
        for (int j = 0; j < i; j++) here += a[j] == want;
        ways += here;
    }
    printf("%lld\n", ways);
}
