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
            else {
                char o = c == ')' ? '(' : c == ']' ? '[' : '{';
                if (st.empty() || st.back() != o) { ok = false; break; }
                st.pop_back();
            }
        }
        std::cout << (ok ? "yes\n" : "no\n");
    }
}
