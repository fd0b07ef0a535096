// fills the places of the numbers from an inversion table by counting free places
#include <algorithm>
#include <iostream>
#include <vector>
int main() {
    int n, k;
    std::cin >> n >> k;
    std::vector<int> at(n, 0), table(n);
    for (int v = n - 1; v >= 0; v--) {
        table[v] = std::min(k, n - 1 - v);  // how many larger numbers stand before v + 1
        k -= table[v];
    }
    for (int v = 0; v < n; v++) {
        int free = table[v], p = 0;
        for (;; p++)
            if (!at[p] && free-- == 0) break;
        at[p] = v + 1;
    }
    for (int v : at) std::cout << v << "\n";
}
