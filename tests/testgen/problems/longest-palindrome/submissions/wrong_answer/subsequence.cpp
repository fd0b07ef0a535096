#include <iostream>
#include <string>
#include <vector>
int main() {
    std::string s;
    std::cin >> s;
    int n = s.size();
    std::vector<std::vector<int>> f(n + 1, std::vector<int>(n + 1));
    for (int i = n - 1; i >= 0; i--) {
        f[i][i] = 1;
        for (int j = i + 1; j < n; j++)
            f[i][j] = s[i] == s[j] ? (j - i > 1 ? f[i + 1][j - 1] : 0) + 2 : std::max(f[i + 1][j], f[i][j - 1]);
    }
    std::cout << f[0][n - 1];
}
