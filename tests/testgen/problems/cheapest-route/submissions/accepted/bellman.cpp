#include <array>
#include <iostream>
#include <limits>
#include <vector>
int main() {
    size_t n, m;
    std::cin >> n >> m;
    std::vector<std::array<long long, 3>> line(m);
    for (auto& l : line) std::cin >> l[0] >> l[1] >> l[2];
    const long long far = std::numeric_limits<long long>::max() / 2;
    std::vector<long long> d(n + 1, far);
    d[1] = 0;
    for (size_t round = 1; round < n; round++) {
        bool better = false;
        for (auto& [a, b, c] : line)
            if (d[a] != far && d[a] + c < d[b]) d[b] = d[a] + c, better = true;
        if (!better) break;
    }
    std::cout << (d[n] == far ? -1 : d[n]);
}
