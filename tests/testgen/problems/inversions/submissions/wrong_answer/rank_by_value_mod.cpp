#include <iostream>
#include <vector>
int main() {
    int n, x;
    std::cin >> n;
    const int M = 1 << 17;
    std::vector<int> bit(M + 1);
    long long c = 0;
    for (int i = 0; i < n; i++) {
        std::cin >> x;
        int r = x < M ? x : M;
        int le = 0;
        for (int k = r; k; k -= k & -k) le += bit[k];
        c += i - le;
        for (int k = r; k <= M; k += k & -k) bit[k]++;
    }
    std::cout << c;
}
