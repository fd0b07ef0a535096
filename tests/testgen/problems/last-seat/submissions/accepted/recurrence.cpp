#include <iostream>
int main() {
    int q;
    long long n, k;
    std::cin >> q;
    while (q-- && std::cin >> n >> k) {
        long long r = 0;
        for (long long i = 1; i <= n; i++) r = (r + k) % i;
        std::cout << r + 1 << "\n";
    }
}
