#include <iostream>
#include <string>
std::string s;
static bool pair_of(char a, char b) { return (a == '(' && b == ')') || (a == '[' && b == ']') || (a == '{' && b == '}'); }
static bool well(int i, int j) {
    if (i == j) return true;
    if (pair_of(s[i], s[j - 1]) && well(i + 1, j - 1)) return true;
    for (int k = i + 2; k < j; k += 2)
        if (well(k, j) && well(i, k)) return true;
    return false;
}
int main() {
    int q;
    std::cin >> q;
    while (q--) {
        std::cin >> s;
        std::cout << (s.size() % 2 == 0 && well(0, s.size()) ? "yes\n" : "no\n");
    }
}
