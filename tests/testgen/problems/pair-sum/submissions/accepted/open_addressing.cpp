#include <cstdint>
#include <iostream>
#include <vector>
struct Table {
    std::vector<int64_t> key;
    std::vector<int> count;
    size_t mask;
    explicit Table(size_t bits) : key(1u << bits), count(1u << bits), mask((1u << bits) - 1) {}
    size_t slot(int64_t k) const {
        size_t h = (uint64_t(k) * 0x9E3779B97F4A7C15ull >> 40) & mask;
        while (count[h] && key[h] != k) h = (h + 1) & mask;
        return h;
    }
};
int main() {
    std::ios::sync_with_stdio(false);
    int n;
    int64_t t, x, ways = 0;
    std::cin >> n >> t;
    Table table(16);
    for (int i = 0; i < n; i++) {
        std::cin >> x;
        ways += table.count[table.slot(t - x)];
        size_t s = table.slot(x);
        table.key[s] = x;
        table.count[s]++;
    }
    std::cout << ways << std::endl;
}
