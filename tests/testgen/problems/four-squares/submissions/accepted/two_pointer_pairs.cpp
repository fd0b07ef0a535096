#include <algorithm>
#include <cstdint>
#include <iostream>
#include <vector>
struct Pair { uint32_t sum; uint16_t a, b; };
int main() {
    uint32_t n;
    std::cin >> n;
    std::vector<Pair> p;
    for (uint32_t a = 0; a * a <= n; a++)
        for (uint32_t b = a; a * a + b * b <= n; b++) p.push_back({a * a + b * b, (uint16_t)a, (uint16_t)b});
    std::sort(p.begin(), p.end(), [](const Pair& x, const Pair& y) { return x.sum < y.sum; });
    size_t lo = 0, hi = p.size() - 1;
    while (p[lo].sum + p[hi].sum != n)
        if (p[lo].sum + p[hi].sum < n) lo++;
        else hi--;
    std::cout << p[lo].a << " " << p[lo].b << " " << p[hi].a << " " << p[hi].b << std::endl;
}
