// forward pushes from each sum that can be made, and the largest coins first
#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <vector>
using namespace std;
int main() {
    int k, s;
    cin >> k >> s;
    vector<int> c(k);
    for (int& x : c) cin >> x;
    sort(c.begin(), c.end(), greater<int>());
    map<int, int> open{{s, 0}};  // rest -> coins so far, largest rest first
    int best = -1;
    while (!open.empty()) {
        auto it = prev(open.end());
        auto [rest, n] = *it;
        open.erase(it);
        if (rest == 0) best = n;
        for (int x : c) {
            if (x > rest) continue;
            auto [place, fresh] = open.insert({rest - x, n + 1});
            if (!fresh) place->second = min(place->second, n + 1);
        }
    }
    cout << best;
}
