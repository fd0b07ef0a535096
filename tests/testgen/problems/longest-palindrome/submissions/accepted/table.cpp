#include <iostream>
#include <string>
#include <vector>
using namespace std;
int main() {
    string s;
    cin >> s;
    int n = s.size(), best = 1;
    vector<vector<char>> pal(n, vector<char>(n));
    for (int i = n - 1; i >= 0; i--)
        for (int j = i; j < n; j++) {
            pal[i][j] = s[i] == s[j] && (j - i < 2 || pal[i + 1][j - 1]);
            if (pal[i][j]) best = max(best, j - i + 1);
        }
    cout << best << "\n";
}
