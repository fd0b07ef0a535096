// a doubly linked list from which matching neighbours are taken out
#include <iostream>
#include <list>
#include <string>
using namespace std;
static bool match(char a, char b) { return (a == '(' && b == ')') || (a == '[' && b == ']') || (a == '{' && b == '}'); }
int main() {
    int q;
    for (cin >> q; q > 0; q--) {
        string s;
        cin >> s;
        list<char> l(s.begin(), s.end());
        auto it = l.begin();
        while (it != l.end()) {
            auto next = std::next(it);
            if (next != l.end() && match(*it, *next)) {
                it = l.erase(it, std::next(next));
                if (it != l.begin()) --it;
            } else ++it;
        }
        cout << (l.empty() ? "yes" : "no") << '\n';
    }
}
