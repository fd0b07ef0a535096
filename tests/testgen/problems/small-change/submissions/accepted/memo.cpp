#include <iostream>
#include <vector>
int k, s;
std::vector<int> coin, memo;
int least(int v) {
    if (v == 0) return 0;
    int& m = memo[v];
    if (m != -2) return m;
    m = -1;
    for (int c : coin) {
        if (c > v) continue;
        int r = least(v - c);
        if (r >= 0 && (m < 0 || r + 1 < m)) m = r + 1;
    }
    return m;
}
int main() {
    std::cin >> k >> s;
    coin.resize(k);
    memo.assign(s + 1, -2);
    for (int& c : coin) std::cin >> c;
    std::cout << least(s) << std::endl;
}
