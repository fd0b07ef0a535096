#include <cstdio>
int main() {
    long n, k, m = 0;
    scanf("%ld %ld", &n, &k);
    while ((m + 1) * m / 2 <= k && m < n) m++;
    // the last m numbers come in falling order, and one number from before them is put among them
    long extra = k - m * (m - 1) / 2;
    long lone = n - m;  // exists when extra > 0
    for (long v = 1; v < lone; v++) printf("%ld ", v);
    if (lone >= 1 && extra == 0) printf("%ld ", lone);
    for (long i = 0; i < m; i++) {
        if (extra && i == extra) printf("%ld ", lone);
        printf("%ld ", n - i);
    }
    if (extra == m && m) printf("%ld", lone);
    puts("");
}
