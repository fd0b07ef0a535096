#include <cmath>
#include <cstdio>
#include <vector>
int main() {
    int n;
    scanf("%d", &n);
    std::vector<long> x(n), y(n);
    for (int i = 0; i < n; i++) scanf("%ld%ld", &x[i], &y[i]);
    int s = 0;
    for (int i = 1; i < n; i++) if (x[i] < x[s]) s = i;
    int at = s;
    double length = 0;
    do {
        int next = (at + 1) % n;
        for (int i = 0; i < n; i++) {
            long t = (x[next] - x[at]) * (y[i] - y[at]) - (y[next] - y[at]) * (x[i] - x[at]);
            if (t < 0) next = i;
        }
        length += std::hypot(x[next] - x[at], y[next] - y[at]);
        at = next;
    } while (at != s);
    printf("%.9f", length);
}
