#include <iostream>
#include <string>
#include <vector>
int main() {
    std::string s;
    std::cin >> s;
    int n = s.size();
    std::vector<int> f(n);
    for (int i = 1; i < n; i++) {
        int k = f[i - 1];
        if (s[i] != s[k] && k) k = f[k - 1];
        f[i] = s[i] == s[k] ? k + 1 : 0;
    }
    std::cout << n - f[n - 1];
}
