#include <algorithm>
#include <cstdio>
#include <vector>
int main() {
    int n, m;
    if (scanf("%d%d", &n, &m) != 2) return 1;
    std::vector<int> x(m), y(m), first(n + 2), queue, to(2 * m);
    for (int i = 0; i < m; i++) {
        scanf("%d%d", &x[i], &y[i]);
        first[x[i] - 1]++;
        first[y[i] - 1]++;
    }
    for (int v = 1; v <= n; v++) first[v] += first[v - 1];
    for (int i = 0; i < m; i++) {
        to[--first[x[i] - 1]] = y[i] - 1;
        to[--first[y[i] - 1]] = x[i] - 1;
    }
    first[n] = 2 * m;
    std::vector<bool> done(n);
    int circles = 0;
    size_t largest = 0;
    for (int s = 0; s < n; s++) {
        if (done[s]) continue;
        circles++;
        queue.assign(1, s);
        done[s] = true;
        for (size_t i = 0; i < queue.size(); i++)
            for (int k = first[queue[i]]; k < first[queue[i] + 1]; k++)
                if (!done[to[k]]) done[to[k]] = true, queue.push_back(to[k]);
        largest = std::max(largest, queue.size());
    }
    printf("%d %zu\n", circles, largest);
}
