// a block of equal letters is the middle of a mirror: walk from block to block
#include <iostream>
#include <string>
using namespace std;
int main() {
    string s;
    cin >> s;
    int n = s.length(), best = 0;
    for (int i = 0; i < n;) {
        int l = i, r = i;
        while (r + 1 < n && s[r + 1] == s[i]) r++;
        i = r + 1;
        while (l > 0 && r + 1 < n && s[l - 1] == s[r + 1]) l--, r++;
        best = max(best, r - l + 1);
    }
    cout << best << endl;
}
