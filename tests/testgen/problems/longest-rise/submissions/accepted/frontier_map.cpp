// value -> length, kept so that both increase
#include <iostream>
#include <iterator>
#include <map>
int main() {
    int n, x, best = 0;
    std::cin >> n;
    std::map<int, int> front;
    for (int i = 0; i < n; i++) {
        std::cin >> x;
        auto it = front.lower_bound(x);
        int len = it == front.begin() ? 1 : std::prev(it)->second + 1;
        while (it != front.end() && it->second <= len) it = front.erase(it);
        if (it == front.end() || it->first != x) front[x] = len;
        if (len > best) best = len;
    }
    std::cout << best << std::endl;
}
