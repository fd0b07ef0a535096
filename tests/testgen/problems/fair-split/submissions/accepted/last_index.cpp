#include <iostream>
#include <numeric>
#include <vector>
using namespace std;
int main() {
    int n;
    cin >> n;
    vector<int> a(n);
    for (int& x : a) cin >> x;
    int sum = accumulate(a.begin(), a.end(), 0);
    vector<int> last(sum + 1, -2);
    last[0] = -1;
    for (int i = 0; i < n; i++)
        for (int s = sum; s >= a[i]; s--)
            if (last[s] == -2 && last[s - a[i]] != -2) last[s] = i;
    if (sum % 2 || last[sum / 2] == -2) {
        cout << "NO\n";
        return 0;
    }
    cout << "YES\n";
    for (int s = sum / 2; s; s -= a[last[s]]) cout << last[s] + 1 << " ";
    cout << "\n";
}
