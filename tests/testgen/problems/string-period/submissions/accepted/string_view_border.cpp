#include <iostream>
#include <string>
#include <string_view>
int main() {
    std::string line;
    std::getline(std::cin, line);
    std::string_view s(line);
    size_t border = s.size() - 1;
    while (border && s.substr(0, border) != s.substr(s.size() - border)) --border;
    std::cout << s.size() - border << '\n';
}
