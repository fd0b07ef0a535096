#include <iostream>
int main() {
    long long n, x, last = -5e9, run = 0, best = 0;
    std::cin >> n;
    while (std::cin >> x) {
        run = x > last ? run + 1 : 1;
        last = x;
        if (run > best) best = run;
    }
    std::cout << best;
}
