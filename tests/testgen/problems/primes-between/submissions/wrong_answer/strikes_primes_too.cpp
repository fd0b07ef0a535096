#include <iostream>
#include <vector>
int main() {
    long l, r;
    std::cin >> l >> r;
    std::vector<bool> s(r - l + 1);
    for (long p = 2; p * p <= r; p++) for (long m = (l + p - 1) / p * p; m <= r; m += p) s[m - l] = true;
    long c = 0;
    for (bool b : s) c += !b;
    std::cout << c - (l == 1);
}
