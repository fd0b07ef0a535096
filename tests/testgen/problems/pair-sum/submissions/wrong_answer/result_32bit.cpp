#include <cstdio>
#include <map>
int main() {
    int n; long long t, x;
    scanf("%d %lld", &n, &t);
    std::map<long long, short> c;
    long long w = 0;
    while (n-- > 0) {
        scanf("%lld", &x);
        if (c.count(t - x)) w += c[t - x];
        c[x] = c[x] + 1 > 5000 ? 5000 : c[x] + 1;
    }
    printf("%lld", w);
}
