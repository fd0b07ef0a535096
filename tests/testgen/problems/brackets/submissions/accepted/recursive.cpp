#include <iostream>
#include <string>
using namespace std;
string s;
size_t at;
bool sequence() {
    while (at < s.size()) {
        size_t kind = string("([{").find(s[at]);
        if (kind == string::npos) return true;
        at++;
        if (!sequence() || at >= s.size() || s[at] != ")]}"[kind]) return false;
        at++;
    }
    return true;
}
int main() {
    int q;
    cin >> q;
    while (q--) {
        cin >> s;
        at = 0;
        bool ok = sequence() && at == s.size();
        cout << (ok ? "yes" : "no") << endl;
    }
}
