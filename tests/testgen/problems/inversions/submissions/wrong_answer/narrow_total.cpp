#include <iostream>
#include <vector>
int main() {
    int n;
    std::cin >> n;
    std::vector<int> a(n);
    unsigned short c = 0;
    for (int i = 0; i < n; i++) {
        std::cin >> a[i];
        for (int j = 0; j < i; j++) c += a[j] > a[i];
    }
    std::cout << c;
}
