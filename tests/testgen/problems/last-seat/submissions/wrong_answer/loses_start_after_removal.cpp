#include <iostream>
#include <vector>
int main() {
    int q, n, k;
    std::cin >> q;
    while (std::cin >> n >> k) {
        std::vector<int> s;
        for (int i = 1; i <= n; i++) s.push_back(i);
        while (s.size() > 1) {
            int at = (k - 1) % s.size();
            s.erase(s.begin() + at);
        }
        std::cout << s[0] << "\n";
    }
}
