#include <iostream>
#include <string>
int main() {
    std::string s;
    std::cin >> s;
    int n = s.size(), best = 1;
    for (int c = 0; c < 2 * n - 1; c++) {
        int i = c / 2, j = (c + 1) / 2;
        if (s[i] != s[j]) continue;
        while (i > 1 && j < n - 1 && s[i - 1] == s[j + 1]) i--, j++;
        best = std::max(best, j - i + 1);
    }
    std::cout << best;
}
