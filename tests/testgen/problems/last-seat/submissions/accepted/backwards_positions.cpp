// the last one is followed back from the end through the sizes, with unsigned 64 bits
#include <cstdint>
#include <iostream>
#include <vector>
int main() {
    int q;
    std::cin >> q;
    for (int t = 0; t < q; t++) {
        uint64_t n, k;
        std::cin >> n >> k;
        // removed[m]: the place, among m, of the one that leaves
        std::vector<uint64_t> removed(n + 1);
        uint64_t start = 0;
        for (uint64_t m = n; m >= 1; m--) {
            removed[m] = (start + k - 1) % m;
            start = m > 1 ? removed[m] % (m - 1) : 0;
        }
        uint64_t place = 0;
        for (uint64_t m = 2; m <= n; m++)
            if (place >= removed[m]) place++;
        std::cout << place + 1 << "\n";
    }
}
