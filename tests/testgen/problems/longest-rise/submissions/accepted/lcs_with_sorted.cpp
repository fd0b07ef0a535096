// longest common subsequence with the sorted list of distinct values
#include <algorithm>
#include <iostream>
#include <vector>
using namespace std;
int main() {
    int n;
    cin >> n;
    vector<int> a(n);
    for (int& x : a) cin >> x;
    vector<int> b = a;
    sort(b.begin(), b.end());
    b.erase(unique(b.begin(), b.end()), b.end());
    vector<int> row(b.size() + 1);
    for (int x : a) {
        int diagonal = 0;
        for (size_t j = 1; j <= b.size(); j++) {
            int old = row[j];
            row[j] = x == b[j - 1] ? diagonal + 1 : max(row[j], row[j - 1]);
            diagonal = old;
        }
    }
    cout << row.back() << endl;
}
