// a ring of next pointers; whole rounds are left out, so that a step is at most the ring
#include <iostream>
#include <vector>
int main() {
    int q;
    std::cin >> q;
    while (q--) {
        int n, k;
        std::cin >> n >> k;
        std::vector<int> next(n);
        for (int i = 0; i < n; i++) next[i] = (i + 1) % n;
        int before = n - 1;
        for (int left = n; left > 1; left--) {
            for (int s = (k - 1) % left; s; s--) before = next[before];
            next[before] = next[next[before]];
        }
        std::cout << before + 1 << '\n';
    }
}
