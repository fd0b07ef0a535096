#include <iostream>
#include <stack>
#include <string>
int main() {
    int q;
    std::cin >> q;
    std::string s;
    while (q-- && std::cin >> s) {
        std::stack<char> st;
        bool ok = true;
        for (char c : s) {
            if (c == '(') st.push(')');
            else if (c == '[') st.push(']');
            else if (c == '{') st.push('}');
            else if (st.empty() || st.top() != c) { ok = false; break; }
            else st.pop();
        }
        std::cout << (ok && st.empty() ? "yes\n" : "no\n");
    }
}
