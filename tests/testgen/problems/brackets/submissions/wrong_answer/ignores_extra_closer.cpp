#include <iostream>
#include <string>
int main() {
    int q;
    std::cin >> q;
    while (q--) {
        std::string s, st;
        std::cin >> s;
        bool ok = true;
        for (char c : s) {
            if (c == '(' || c == '[' || c == '{') st += c;
            else if (!st.empty()) {
                char o = c == ')' ? '(' : c == ']' ? '[' : '{';
                ok = ok && st.back() == o;
                st.pop_back();
            }
        }
        std::cout << (ok && st.empty() ? "yes\n" : "no\n");
    }
}
