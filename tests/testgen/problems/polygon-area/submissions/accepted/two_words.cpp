// sums kept as high and low parts to the base 10^9
#include <cstdlib>
#include <iostream>
#include <vector>
typedef long long ll;
const ll BASE = 1000000000;
int main() {
    int n;
    std::cin >> n;
    std::vector<ll> x(n + 1), y(n + 1);
    for (int i = 0; i < n; i++) std::cin >> x[i] >> y[i];
    x[n] = x[0], y[n] = y[0];
    ll high = 0, low = 0;
    for (int i = 0; i < n; i++) {
        ll a = x[i] * y[i + 1], b = x[i + 1] * y[i];
        high += a / BASE - b / BASE;
        low += a % BASE - b % BASE;
    }
    high += low / BASE, low %= BASE;
    ll value = high * BASE + low;
    std::cout << std::llabs(value) << '\n';
}
