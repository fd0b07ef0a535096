// all days from the year 1 on, in a table
#include <iostream>
#include <string>
#include <vector>
using namespace std;
static bool leap(int y) { return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0); }
int main() {
    const int len[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    vector<char> first(10000 * 12);
    int day = 0;
    for (int y = 1; y <= 9999; y++)
        for (int m = 0; m < 12; m++) {
            first[y * 12 + m] = day;
            day = (day + len[m] + (m == 1 && leap(y))) % 7;
        }
    int shift = 7 - first[2001 * 12];
    int q, y, m, d;
    cin >> q;
    while (q--) {
        cin >> y >> m >> d;
        cout << string("MonTueWedThuFriSatSun").substr((first[y * 12 + m - 1] + shift + d - 1) % 7 * 3, 3) << "\n";
    }
}
