#include <iostream>
#include <string>
int main() {
    std::string s;
    std::cin >> s;
    int n = s.size(), best = 1;
    for (int i = 0; i < n; i++) {
        long left = 0, right = 0;
        for (int j = i; j < n; j++) {
            int len = j - i + 1;
            left = right = 0;
            for (int k = 0; k < len / 2 && len > best; k++) left += s[i + k] * 1L, right += s[j - k] * 1L;
            if (len > best && left == right && s[i] == s[j]) best = len;
        }
    }
    std::cout << best;
}
