// sliding the word over itself with two fingers; jumps by what the borders allow
#include <iostream>
#include <string>
#include <vector>
int main() {
    std::string s;
    std::cin >> s;
    size_t n = s.size(), p = 1, len = 0;
    std::vector<size_t> period(n + 1, 1);  // of each prefix
    while (p + len < n) {
        if (s[p + len] == s[len]) {
            ++len;
            period[p + len] = p;
        } else if (len == 0) {
            ++p;
            period[p] = p;
        } else {
            size_t step = period[len];
            p += step;
            len -= step;
        }
    }
    std::cout << p << std::endl;
}
