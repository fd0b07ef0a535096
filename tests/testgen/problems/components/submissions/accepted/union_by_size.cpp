#include <iostream>
#include <numeric>
#include <vector>
using namespace std;
int main() {
    int n, m;
    cin >> n >> m;
    vector<int> up(n + 1, -1);
    auto find = [&](int v) {
        while (up[v] >= 0) v = up[v];
        return v;
    };
    int circles = n, largest = 1;
    while (m--) {
        int a, b;
        cin >> a >> b;
        a = find(a), b = find(b);
        if (a == b) continue;
        if (up[a] > up[b]) swap(a, b);
        up[a] += up[b];
        up[b] = a;
        circles--;
        largest = max(largest, -up[a]);
    }
    cout << circles << " " << largest << "\n";
}
