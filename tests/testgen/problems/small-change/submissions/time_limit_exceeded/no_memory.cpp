#include <iostream>
#include <vector>
std::vector<int> c;
int least(int v) {
    if (v == 0) return 0;
    int m = -1;
    for (int x : c) if (x <= v) {
        int r = least(v - x);
        if (r >= 0 && (m < 0 || r + 1 < m)) m = r + 1;
    }
    return m;
}
int main() {
    int k, s;
    std::cin >> k >> s;
    c.resize(k);
    for (int& x : c) std::cin >> x;
    std::cout << least(s);
}
