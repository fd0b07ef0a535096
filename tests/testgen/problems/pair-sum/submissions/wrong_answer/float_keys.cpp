#include <iostream>
#include <unordered_map>
int main() {
    int n;
    double t;
    std::cin >> n >> t;
    std::unordered_map<float, int> seen;
    long long ways = 0;
    for (int i = 0; i < n; i++) {
        float x;
        std::cin >> x;
        auto it = seen.find(float(t - x));
        if (it != seen.end()) ways += it->second;
        seen[x]++;
    }
    std::cout << ways;
}
