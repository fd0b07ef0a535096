#include <iostream>
#include <vector>
int main() {
    int n;
    std::cin >> n;
    std::vector<int> a(n), f(n, 1);
    for (int i = 0; i < n; i++) {
        std::cin >> a[i];
        for (int j = 0; j < i; j++)
            if (a[j] < a[i]) f[i] = std::max(f[i], f[j] + 1);
    }
    std::cout << f[n - 1];
}
