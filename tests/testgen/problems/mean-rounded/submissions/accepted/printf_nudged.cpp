#include <cstdio>
int main() {
    int n, x, s = 0;
    scanf("%d", &n);
    for (int i = n; i--;) {
        scanf("%d", &x);
        s += x;
    }
    printf("%.0f\n", (double)s / n - (s ? 1e-7 : 0));
}
