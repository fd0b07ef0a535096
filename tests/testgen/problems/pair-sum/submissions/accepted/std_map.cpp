#include <iostream>
#include <map>
using namespace std;
int main() {
    long long n, t, x, ways = 0;
    cin >> n >> t;
    map<long long, long long> seen;
    while (n--) {
        cin >> x;
        auto it = seen.find(t - x);
        if (it != seen.end()) ways += it->second;
        ++seen[x];
    }
    cout << ways << "\n";
}
