#include <iostream>
int main() {
    int q;
    std::cin >> q;
    while (q--) {
        int y, m, d;
        std::cin >> y >> m >> d;
        if (m <= 2) m += 12, y--;
        int c = y / 100, k = y % 100;
        int h = (d + 26 * (m + 1) / 10 + k + k / 4 + c / 4 - 2 * c) % 7;
        const char* names[] = {"Sat", "Sun", "Mon", "Tue", "Wed", "Thu", "Fri"};
        std::cout << (h >= 0 ? names[h] : names[-h]) << "\n";
    }
}
