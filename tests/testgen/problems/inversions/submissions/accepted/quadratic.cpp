#include <cstdio>
int a[15000];
int main() {
    int n;
    scanf("%d", &n);
    long long c = 0;
    for (int i = 0; i < n; i++) {
        scanf("%d", &a[i]);
        int here = 0;
        for (int j = 0; j < i; j++) here += a[j] > a[i];
        c += here;
    }
    printf("%lld\n", c);
}
