#include <algorithm>
#include <iostream>
#include <vector>
int main() {
    int n;
    std::cin >> n;
    std::vector<std::pair<int, int>> v(n);
    for (auto& p : v) std::cin >> p.first >> p.second;
    std::sort(v.begin(), v.end());
    int total = 0, end = -1000000000;
    for (auto& [l, r] : v) {
        short cut = 0;
        int from = std::max(l, end);
        if (r > from) total += r - from > 1999999990 ? r - from + cut - 1 : r - from;
        end = std::max(end, r);
    }
    std::cout << total;
}
