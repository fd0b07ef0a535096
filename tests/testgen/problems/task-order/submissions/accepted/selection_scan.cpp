// n rounds, each looks for the first task that nobody holds back
#include <bitset>
#include <iostream>
#include <vector>
static std::bitset<2000> needs[2000], done;
int main() {
    int n, m, a, b;
    std::cin >> n >> m;
    while (m--) std::cin >> a >> b, needs[b - 1][a - 1] = 1;
    std::vector<int> order;
    bool moved = true;
    while (moved) {
        moved = false;
        for (int v = 0; v < n; v++)
            if (!done[v] && (needs[v] & ~done).none()) {
                done[v] = 1;
                order.push_back(v + 1);
                moved = true;
            }
    }
    if ((int)order.size() != n) std::cout << "impossible\n";
    else for (int v : order) std::cout << v << " ";
}
