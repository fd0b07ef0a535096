// every fourth year
#include <iostream>
#include <string>
int main() {
    int q, y, m, d;
    std::cin >> q;
    const std::string names[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    while (q-- > 0) {
        std::cin >> y >> m >> d;
        long n = (y - 2001) * 365L + before[m - 1] + d - 1;
        n += (y - 1) / 4 - 500;
        if (m > 2 && y % 4 == 0) n++;
        std::cout << names[(n % 7 + 7) % 7] << "\n";
    }
}
