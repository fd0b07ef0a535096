#include <iostream>
#include <string>
#include <vector>
using namespace std;
int main() {
    string s;
    cin >> s;
    int n = s.size();
    vector<int> fail(n + 1, -1);
    for (int i = 0, j = -1; i < n;) {
        while (j >= 0 && s[i] != s[j]) j = fail[j];
        fail[++i] = ++j;
    }
    cout << n - fail[n] << "\n";
}
