#include <iostream>
using namespace std;
static bool prime(unsigned n) {
    if (n < 2) return false;
    if (n % 2 == 0 || n % 3 == 0) return n < 4;
    for (unsigned d = 5; d <= n / d; d += 6)
        if (n % d == 0 || n % (d + 2) == 0) return false;
    return true;
}
int main() {
    unsigned l, r, count = 0;
    cin >> l >> r;
    while (l <= r) count += prime(l++);
    cout << count << endl;
}
