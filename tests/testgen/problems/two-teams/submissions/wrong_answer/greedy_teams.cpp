#include <iostream>
#include <vector>
int main() {
    int n, m, a, b;
    std::cin >> n >> m;
    std::vector<int> team(n + 1);
    bool ok = true;
    while (m--) {
        std::cin >> a >> b;
        if (!team[a] && !team[b]) team[a] = 1, team[b] = 2;
        else if (!team[a]) team[a] = 3 - team[b];
        else if (!team[b]) team[b] = 3 - team[a];
        if (team[a] == team[b]) ok = false;
    }
    std::cout << (ok ? "yes" : "no");
}
