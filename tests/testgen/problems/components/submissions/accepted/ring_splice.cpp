// every circle is a ring of "next" pointers; two rings become one by a swap
#include <iostream>
#include <vector>
using namespace std;
int main() {
    int n, m;
    cin >> n >> m;
    vector<int> next(n + 1), id(n + 1);
    for (int v = 1; v <= n; v++) next[v] = id[v] = v;
    int circles = n;
    for (int a, b; m-- && cin >> a >> b;) {
        if (id[a] == id[b]) continue;
        for (int v = next[b]; id[v] != id[a]; v = next[v]) id[v] = id[a];
        swap(next[a], next[b]);
        circles--;
    }
    vector<int> size(n + 1);
    int largest = 0;
    for (int v = 1; v <= n; v++) largest = max(largest, ++size[id[v]]);
    cout << circles << ' ' << largest;
}
