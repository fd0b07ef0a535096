#include <algorithm>
#include <iostream>
#include <numeric>
#include <vector>
int main() {
    int n, k;
    std::cin >> n >> k;
    std::vector<int> a(n);
    std::iota(a.begin(), a.end(), 1);
    do {
        int c = 0;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < i; j++) c += a[j] > a[i];
        if (c == k) break;
    } while (std::next_permutation(a.begin(), a.end()));
    for (int v : a) std::cout << v << ' ';
}
