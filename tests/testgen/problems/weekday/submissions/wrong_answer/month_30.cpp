#include <iostream>
int main() {
    int q, y, m, d;
    std::cin >> q;
    const char* n[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    while (std::cin >> y >> m >> d) {
        y--;
        std::cout << n[(y * 365 + y / 4 - y / 100 + y / 400 + (m - 1) * 30 + d - 1) % 7] << "\n";
    }
}
