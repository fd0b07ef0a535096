// coins of one value together: how many of them are needed for each sum
#include <iostream>
#include <map>
#include <vector>
using namespace std;
int main() {
    int n, total = 0;
    cin >> n;
    map<int, vector<int>> places;
    for (int i = 1, v; i <= n; i++) {
        cin >> v;
        places[v].push_back(i);
        total += v;
    }
    vector<map<int, int>> used;  // sum -> coins of this value, for sums that are new
    vector<char> reach(total + 1);
    reach[0] = 1;
    for (auto& [v, where] : places) {
        vector<int> need(total + 1, -1);
        used.push_back({});
        for (int s = 0; s <= total; s++) {
            if (reach[s]) need[s] = 0;
            else if (s >= v && need[s - v] >= 0 && need[s - v] < (int)where.size()) need[s] = need[s - v] + 1;
        }
        for (int s = 0; s <= total; s++)
            if (need[s] > 0) used.back()[s] = need[s], reach[s] = 1;
    }
    if (total % 2 || !reach[total / 2]) {
        cout << "NO\n";
        return 0;
    }
    cout << "YES\n";
    int left = total / 2, k = used.size() - 1;
    for (auto it = places.rbegin(); it != places.rend(); ++it, --k) {
        auto u = used[k].find(left);
        if (u == used[k].end()) continue;
        for (int j = 0; j < u->second; j++) cout << it->second[j] << ' ';
        left -= u->second * it->first;
    }
    cout << endl;
}
