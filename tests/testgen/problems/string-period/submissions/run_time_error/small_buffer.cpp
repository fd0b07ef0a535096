#include <array>
#include <iostream>
#include <string>
int main() {
    std::string s;
    std::cin >> s;
    std::array<int, 10000> f{};
    int k = 0;
    for (size_t i = 1; i < s.size(); i++) {
        while (k && s[i] != s[k]) k = f.at(k - 1);
        if (s[i] == s[k]) k++;
        f.at(i) = k;
    }
    std::cout << s.size() - k;
}
