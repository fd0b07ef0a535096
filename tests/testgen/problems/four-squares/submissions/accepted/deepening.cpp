// one square if it will do, then two, then three, then four
#include <iostream>
#include <vector>
std::vector<int> used;
bool is_square(int v, int& r) {
    r = 0;
    for (int bit = 512; bit; bit /= 2)
        if ((r + bit) * (r + bit) <= v) r += bit;
    return r * r == v;
}
bool go(int n, int left, int top) {
    int r;
    if (left == 1) {
        if (!is_square(n, r)) return false;
        used.push_back(r);
        return true;
    }
    for (int a = top; a >= 1; a--) {
        if (a * a > n) continue;
        used.push_back(a);
        if (go(n - a * a, left - 1, a)) return true;
        used.pop_back();
    }
    return false;
}
int main() {
    int n;
    std::cin >> n;
    for (int k = 1; k <= 4; k++) {
        used.clear();
        if (go(n, k, 447)) break;
    }
    used.resize(4);
    for (int v : used) std::cout << v << '\n';
}
