#include <algorithm>
#include <iostream>
#include <vector>
int main() {
    short n;
    int wide;
    std::cin >> n >> wide;
    short k = (short)wide;
    std::vector<int> row;
    for (int v = 1; v <= n; v++) {
        int j = std::max(0, std::min<int>(k, row.size()));
        row.insert(row.end() - j, v);
        k -= j;
    }
    for (int v : row) std::cout << v << " ";
}
