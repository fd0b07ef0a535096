// takes the dearest cables away while everything stays joined
#include <algorithm>
#include <array>
#include <iostream>
#include <vector>
using E = std::array<int, 3>;
int n;
bool joined(const std::vector<E>& e, const std::vector<char>& keep) {
    std::vector<int> p(n + 1);
    for (int i = 1; i <= n; i++) p[i] = i;
    int parts = n;
    for (size_t i = 0; i < e.size(); i++) {
        if (!keep[i]) continue;
        int a = e[i][1], b = e[i][2];
        while (p[a] != a) a = p[a] = p[p[a]];
        while (p[b] != b) b = p[b] = p[p[b]];
        if (a != b) p[a] = b, parts--;
    }
    return parts == 1;
}
int main() {
    int m;
    std::cin >> n >> m;
    std::vector<E> e(m);
    for (auto& [c, a, b] : e) std::cin >> a >> b >> c;
    std::sort(e.rbegin(), e.rend());
    std::vector<char> keep(m, 1);
    if (!joined(e, keep)) {
        std::cout << "impossible\n";
        return 0;
    }
    // whole runs of cables are tried at once: as long as all of a run can go, it goes
    for (int i = 0; i < m;) {
        int len = 1;
        while (i + len <= m) {
            for (int k = i; k < i + len; k++) keep[k] = 0;
            if (joined(e, keep)) {
                i += len;
                len *= 2;
                continue;
            }
            for (int k = i; k < i + len; k++) keep[k] = 1;
            if (len == 1) {
                i++;
                break;
            }
            len = 1;
        }
        if (i + len > m) {
            if (len == 1) break;
        }
    }
    long long sum = 0;
    for (int i = 0; i < m; i++)
        if (keep[i]) sum += e[i][0];
    std::cout << sum << "\n";
}
