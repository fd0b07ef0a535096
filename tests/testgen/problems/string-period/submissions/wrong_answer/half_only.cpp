#include <iostream>
#include <string>
int main() {
    std::string s;
    std::cin >> s;
    int n = s.size();
    for (int p = 1; p <= n / 2; p++)
        if (s.compare(0, n - p, s, p, n - p) == 0) {
            std::cout << p;
            return 0;
        }
    std::cout << n;
}
