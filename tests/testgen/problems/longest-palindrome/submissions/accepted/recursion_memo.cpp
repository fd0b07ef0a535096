#include <algorithm>
#include <iostream>
#include <string>
std::string s;
signed char memo[800][800];
bool mirror(int i, int j) {
    if (i >= j) return true;
    signed char& m = memo[i][j];
    if (!m) m = s[i] == s[j] && mirror(i + 1, j - 1) ? 1 : -1;
    return m == 1;
}
int main() {
    std::getline(std::cin, s);
    int n = s.size();
    for (int len = n; len >= 1; len--)
        for (int i = 0; i + len <= n; i++)
            if (mirror(i, i + len - 1)) {
                std::cout << len;
                return 0;
            }
}
