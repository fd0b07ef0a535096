#include <cstdint>
#include <iostream>
#include <string>
#include <vector>
const uint64_t P = (1ull << 61) - 1, B = 911382323;
static uint64_t mul(uint64_t a, uint64_t b) {
    __uint128_t x = (__uint128_t)a * b;
    uint64_t y = (uint64_t)(x & P) + (uint64_t)(x >> 61);
    return y >= P ? y - P : y;
}
struct Hash {
    std::vector<uint64_t> h{0}, p{1};
    explicit Hash(const std::string& s) {
        for (unsigned char c : s) {
            h.push_back((mul(h.back(), B) + c) % P);
            p.push_back(mul(p.back(), B));
        }
    }
    uint64_t get(int l, int r) const { return (h[r] + P - mul(h[l], p[r - l])) % P; }
};
int main() {
    std::string s;
    std::cin >> s;
    Hash forward(s), backward(std::string(s.rbegin(), s.rend()));
    int n = s.size(), best = 1;
    for (int c = 0; c < 2 * n - 1; c++) {
        int l = c / 2, r = (c + 1) / 2;  // centre between l and r
        int lo = 0, hi = std::min(l + 1, n - r);
        while (lo < hi) {
            int k = (lo + hi + 1) / 2;
            bool same = forward.get(r, r + k) == backward.get(n - 1 - l, n - 1 - l + k);
            if (same) lo = k; else hi = k - 1;
        }
        if (lo) best = std::max(best, r - l + 1 + 2 * (lo - 1));
    }
    std::cout << best << std::endl;
}
