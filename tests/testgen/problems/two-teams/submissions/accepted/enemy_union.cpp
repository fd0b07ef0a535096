// one enemy of each child is remembered; all its enemies belong together
#include <iostream>
#include <numeric>
#include <vector>
int main() {
    int n, m, a, b;
    std::cin >> n >> m;
    std::vector<int> p(n + 1), enemy(n + 1);
    std::iota(p.begin(), p.end(), 0);
    auto find = [&](int v) {
        while (p[v] != v) v = p[v] = p[p[v]];
        return v;
    };
    bool ok = true;
    while (m-- && std::cin >> a >> b) {
        if (find(a) == find(b)) ok = false;
        if (enemy[a]) p[find(enemy[a])] = find(b);
        if (enemy[b]) p[find(enemy[b])] = find(a);
        enemy[a] = b;
        enemy[b] = a;
    }
    std::cout << (ok ? "yes" : "no") << std::endl;
}
