#include <algorithm>
#include <iostream>
#include <vector>
int main() {
    int n;
    std::cin >> n;
    std::vector<int> a(n), f(n, 1);
    for (int& x : a) std::cin >> x;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++)
            if (a[j] < a[i] && f[j] + 1 > f[i]) f[i] = f[j] + 1;
    std::cout << *std::max_element(f.begin(), f.end()) << "\n";
}
