// partner by depth first (kinds ignored), then the kinds of all partners are compared
#include <iostream>
#include <string>
#include <vector>
int main() {
    int q;
    std::cin >> q;
    for (std::string s; q-- && std::cin >> s;) {
        std::vector<int> partner(s.size(), -1), waiting;
        bool ok = true;
        for (size_t i = 0; i < s.size() && ok; i++) {
            if (s[i] == '(' || s[i] == '[' || s[i] == '{') waiting.push_back(i);
            else if (waiting.empty()) ok = false;
            else partner[waiting.back()] = i, waiting.pop_back();
        }
        ok = ok && waiting.empty();
        for (size_t i = 0; ok && i < s.size(); i++)
            if (partner[i] >= 0) ok = (s[i] == '(' ? ')' : s[i] == '[' ? ']' : '}') == s[partner[i]];
        std::cout << (ok ? "yes" : "no") << "\n";
    }
}
