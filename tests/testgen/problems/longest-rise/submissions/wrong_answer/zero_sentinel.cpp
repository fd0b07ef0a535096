#include <algorithm>
#include <iostream>
#include <vector>
int main() {
    int n, x;
    std::cin >> n;
    std::vector<int> tail(n + 1, 1000000000);
    while (std::cin >> x) *std::lower_bound(tail.begin(), tail.end(), x) = x;
    int best = 0;
    while (best < n && tail[best] != 1000000000) best++;
    std::cout << best;
}
