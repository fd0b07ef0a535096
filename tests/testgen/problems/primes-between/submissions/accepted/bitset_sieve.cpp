#include <algorithm>
#include <bitset>
#include <cstdio>
#include <vector>
std::bitset<31700> composite;
std::bitset<2001> struck;
int main() {
    long l, r;
    scanf("%ld %ld", &l, &r);
    for (long p = 2; p * p <= r; p++) {
        if (composite[p]) continue;
        for (long m = p * p; m < 31700; m += p) composite[m] = 1;
        for (long m = std::max(p * p, (l + p - 1) / p * p); m <= r; m += p) struck[m - l] = 1;
    }
    if (l == 1) struck[0] = 1;
    printf("%ld\n", r - l + 1 - (long)struck.count());
}
