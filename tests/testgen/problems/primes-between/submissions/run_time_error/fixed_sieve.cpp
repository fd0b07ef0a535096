#include <iostream>
#include <vector>
int main() {
    long l, r;
    std::cin >> l >> r;
    std::vector<bool> composite(1000001);
    composite[0] = composite[1] = true;
    for (long p = 2; p * p <= 1000000; p++)
        if (!composite[p]) for (long m = p * p; m <= 1000000; m += p) composite[m] = true;
    long c = 0;
    for (long n = l; n <= r; n++) c += !composite.at(n);
    std::cout << c;
}
