#include <iostream>
#include <vector>
int main() {
    int n, x;
    std::cin >> n;
    std::vector<int> bit(100001);
    long long c = 0;
    for (int i = 0; i < n; i++) {
        std::cin >> x;
        if (bit.at(x) < 0) return 1;
        int le = 0;
        for (int k = x; k; k -= k & -k) le += bit[k];
        c += i - le;
        for (int k = x; k <= 100000; k += k & -k) bit[k]++;
    }
    std::cout << c;
}
