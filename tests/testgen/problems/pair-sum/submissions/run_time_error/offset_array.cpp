#include <iostream>
#include <vector>
int main() {
    long long n, t, x, w = 0;
    std::cin >> n >> t;
    std::vector<int> seen(2000001);
    while (n--) {
        std::cin >> x;
        long long y = t - x + 1000000;
        if (y >= 0 && y < (long long)seen.size()) w += seen[y];
        seen.at(x + 1000000)++;
    }
    std::cout << w;
}
