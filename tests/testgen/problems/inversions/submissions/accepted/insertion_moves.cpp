// an insertion sort moves a sheet once for each inversion
#include <cstring>
#include <algorithm>
#include <iostream>
#include <vector>
int main() {
    int n;
    std::cin >> n;
    std::vector<int> row(n);
    long long moves = 0;
    for (int k = 0; k < n; k++) {
        int x;
        std::cin >> x;
        int at = std::upper_bound(row.begin(), row.begin() + k, x) - row.begin();
        moves += k - at;
        if (k > at) std::memmove(&row[at + 1], &row[at], (k - at) * sizeof(int));
        row[at] = x;
    }
    std::cout << moves << std::endl;
}
