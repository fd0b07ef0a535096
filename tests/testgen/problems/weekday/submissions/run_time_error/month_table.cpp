#include <array>
#include <iostream>
int main() {
    std::array<int, 12> t{0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};
    const char* n[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    int q, y, m, d;
    std::cin >> q;
    while (std::cin >> y >> m >> d) {
        int z = y - (m < 3 ? 1 : 0);
        std::cout << n[(z + z / 4 - z / 100 + z / 400 + (m == 12 ? t.at(m) : t.at(m - 1)) + d) % 7] << "\n";
    }
}
