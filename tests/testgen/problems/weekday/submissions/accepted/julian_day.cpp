#include <array>
#include <iostream>
int main() {
    std::array<const char*, 7> week{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    int q;
    for (std::cin >> q; q; --q) {
        long y, m, d;
        std::cin >> y >> m >> d;
        long a = (14 - m) / 12, yy = y + 4800 - a, mm = m + 12 * a - 3;
        long jdn = d + (153 * mm + 2) / 5 + 365 * yy + yy / 4 - yy / 100 + yy / 400 - 32045;
        std::cout << week[jdn % 7] << std::endl;
    }
}
