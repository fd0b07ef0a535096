// 400 years are a whole number of weeks: the year is brought into 2001..2400 and counted from there
#include <iostream>
using namespace std;
int main() {
    int q, y, m, d;
    cin >> q;
    while (cin >> y >> m >> d) {
        int year = (y + 399) % 400 + 2001, n = d - 1;
        for (int x = 2001; x < year; x++) {
            n += 365;
            if (x % 4 == 0 && (x % 100 || x == 2400)) n++;
        }
        for (int k = 1; k < m; k++) {
            if (k == 2) n += (year % 4 == 0 && (year % 100 || year == 2400)) ? 29 : 28;
            else n += (k == 4 || k == 6 || k == 9 || k == 11) ? 30 : 31;
        }
        const char* names[7] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
        cout << names[n % 7] << '\n';
    }
}
