#include <iostream>
#include <map>
#include <vector>
int main() {
    int n, m;
    std::cin >> n >> m;
    std::vector<int> p(n + 1);
    for (int i = 1; i <= n; i++) p[i] = i;
    while (m--) {
        int a, b;
        std::cin >> a >> b;
        p[p[a]] = p[b];
    }
    std::map<int, int> size;
    int best = 0;
    for (int i = 1; i <= n; i++) best = std::max(best, ++size[p[p[p[i]]]]);
    std::cout << size.size() << " " << best;
}
