// modulo every prime power of m, put together by the Chinese remainder theorem
#include <iostream>
#include <vector>
using namespace std;
typedef long long ll;
ll power(ll a, ll b, ll m) {
    ll r = 1 % m;
    for (a %= m; b; b >>= 1, a = (__int128)a * a % m)
        if (b & 1) r = (__int128)r * a % m;
    return r;
}
ll inverse(ll a, ll m) {
    ll x = 1, y = 0, n = m;
    while (n) {
        ll q = a / n, t = a % n;
        a = n, n = t;
        t = x - q * y;
        x = y, y = t;
    }
    return (x % m + m) % m;
}
int main() {
    ll a, b, m;
    cin >> a >> b >> m;
    vector<ll> parts;
    ll rest = m;
    for (ll p = 2; p * p <= rest; p++) {
        ll q = 1;
        while (rest % p == 0) rest /= p, q *= p;
        if (q > 1) parts.push_back(q);
    }
    if (rest > 1) parts.push_back(rest);
    ll x = 0, modulus = 1;
    for (ll q : parts) {
        ll want = power(a, b, q);
        ll k = ((want - x) % q + q) % q * inverse(modulus % q, q) % q;
        x += modulus * k;
        modulus *= q;
    }
    cout << x % m << endl;
}
