#include <bitset>
#include <iostream>
#include <vector>
int main() {
    int k, s;
    std::cin >> k >> s;
    std::vector<int> c(k);
    for (auto& x : c) std::cin >> x;
    typedef std::bitset<10001> B;
    B reach, wave;
    reach[0] = wave[0] = 1;
    int n = 0;
    while (!reach[s]) {
        B next;
        for (int x : c) next |= wave << x;
        next &= ~reach;
        if (next.none()) {
            n = -1;
            break;
        }
        reach |= next;
        wave = next;
        n++;
    }
    std::cout << n << '\n';
}
