#include <cmath>
#include <cstdio>
#include <numeric>
#include <vector>
int main() {
    int n;
    if (scanf("%d", &n) != 1) return 1;
    std::vector<int> m(n);
    for (auto& x : m) scanf("%d", &x);
    double whole, part = std::modf(std::accumulate(m.begin(), m.end(), 0) / double(n), &whole);
    if (part > 0.5) whole += 1;
    printf("%d\n", (int)whole);
}
