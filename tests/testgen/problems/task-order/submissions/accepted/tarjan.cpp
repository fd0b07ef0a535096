// strongly connected components come out in reverse order; each must be a single task without a loop
#include <iostream>
#include <vector>
struct Tarjan {
    std::vector<std::vector<int>> g;
    std::vector<int> low, num, stack, order;
    int clock = 0;
    bool cyclic = false;
    explicit Tarjan(int n) : g(n), low(n), num(n) {}
    void run(int v) {
        low[v] = num[v] = ++clock;
        stack.push_back(v);
        for (int w : g[v]) {
            if (w == v) cyclic = true;
            if (!num[w]) run(w);
            if (low[w] < low[v]) low[v] = low[w];
        }
        if (low[v] != num[v]) return;
        if (stack.back() != v) cyclic = true;
        for (int w = -1; w != v;) {
            w = stack.back();
            stack.pop_back();
            low[w] = 1 << 30;
            order.push_back(w);
        }
    }
};
int main() {
    int n, m, a, b;
    std::cin >> n >> m;
    Tarjan t(n);
    while (m-- > 0 && std::cin >> a >> b) t.g[a - 1].push_back(b - 1);
    for (int v = n - 1; v >= 0; v--)
        if (!t.num[v]) t.run(v);
    if (t.cyclic) {
        std::cout << "impossible" << std::endl;
        return 0;
    }
    for (int i = n - 1; i >= 0; i--) std::cout << t.order[i] + 1 << (i ? " " : "\n");
}
