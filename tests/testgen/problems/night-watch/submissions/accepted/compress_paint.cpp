#include <algorithm>
#include <cstdio>
#include <vector>
int main() {
    int n;
    scanf("%d", &n);
    std::vector<int> l(n), r(n), c;
    for (int i = 0; i < n; i++) {
        scanf("%d%d", &l[i], &r[i]);
        c.push_back(l[i]);
        c.push_back(r[i]);
    }
    std::sort(c.begin(), c.end());
    c.erase(std::unique(c.begin(), c.end()), c.end());
    std::vector<char> painted(c.size());
    for (int i = 0; i < n; i++) {
        size_t k = std::lower_bound(c.begin(), c.end(), l[i]) - c.begin();
        for (; c[k] < r[i]; k++) painted[k] = 1;
    }
    long long sum = 0;
    for (size_t k = 0; k + 1 < c.size(); k++)
        if (painted[k]) sum += (long long)c[k + 1] - c[k];
    printf("%lld\n", sum);
}
