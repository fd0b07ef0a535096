#include <iostream>
#include <iterator>
#include <numeric>
#include <vector>
int main() {
    std::vector<int> all{std::istream_iterator<int>(std::cin), {}};
    int n = all[0], s = std::accumulate(all.begin() + 1, all.end(), 0);
    std::cout << (2 * s - n + 2 * n - 1) / (2 * n) << '\n';
}
