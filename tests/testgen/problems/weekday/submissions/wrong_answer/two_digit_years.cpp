#include <iostream>
int main() {
    static int t[] = {0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};
    const char* n[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    int q, y, m, d;
    std::cin >> q;
    while (std::cin >> y >> m >> d) {
        y = 1900 + (y - 1900) % 200;
        if (m < 3) y--;
        std::cout << n[(y + y / 4 - y / 100 + y / 400 + t[m - 1] + d) % 7] << "\n";
    }
}
