#include <iostream>
#include <list>
int main() {
    int q, n, k;
    std::cin >> q;
    while (std::cin >> n >> k) {
        std::list<int> c;
        for (int i = 1; i <= n; i++) c.push_back(i);
        auto it = c.begin();
        while (c.size() > 1) {
            for (int s = 1; s < k; s++) if (++it == c.end()) it = c.begin();
            it = c.erase(it);
            if (it == c.end()) it = c.begin();
        }
        std::cout << c.front() << "\n";
    }
}
