// disjoint pieces in a map; a new one swallows those that it meets
#include <iostream>
#include <iterator>
#include <map>
using namespace std;
int main() {
    int n;
    cin >> n;
    map<long long, long long> pieces;
    while (n--) {
        long long l, r;
        cin >> l >> r;
        auto it = pieces.upper_bound(l);
        if (it != pieces.begin() && prev(it)->second >= l) --it;
        while (it != pieces.end() && it->first <= r) {
            l = min(l, it->first);
            r = max(r, it->second);
            it = pieces.erase(it);
        }
        pieces[l] = r;
    }
    long long sum = 0;
    for (auto& [l, r] : pieces) sum += r - l;
    cout << sum << endl;
}
