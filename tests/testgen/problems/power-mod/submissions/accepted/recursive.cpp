#include <iostream>
using namespace std;
long long power(long long a, long long b, long long m) {
    if (!b) return 1 % m;
    if (b & 1) return a % m * power(a, b - 1, m) % m;
    return power(a * a % m, b / 2, m);
}
int main() {
    long long a, b, m;
    cin >> a >> b >> m;
    cout << power(a % m, b, m) << '\n';
}
