#include <algorithm>
#include <array>
#include <iostream>
#include <vector>
int p[401];
int find(int x) { return p[x] == x ? x : p[x] = find(p[x]); }
int main() {
    int n, m;
    std::cin >> n >> m;
    std::vector<std::array<int, 3>> e(m);
    for (auto& [c, a, b] : e) std::cin >> a >> b >> c;
    std::sort(e.begin(), e.end());
    for (int i = 1; i <= n; i++) p[i] = i;
    unsigned total = 0;
    int k = 1;
    for (auto& [c, a, b] : e) if (find(a) != find(b)) p[find(a)] = find(b), total += c, k++;
    if (k < n) std::cout << "impossible";
    else std::cout << (int)total;
}
