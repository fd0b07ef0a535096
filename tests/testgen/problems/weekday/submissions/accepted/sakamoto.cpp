#include <cstdio>
int main() {
    static const int t[] = {0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};
    static const char* name[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    int q, y, m, d;
    scanf("%d", &q);
    while (q-- && scanf("%d %d %d", &y, &m, &d) == 3) {
        y -= m < 3;
        puts(name[(y + y / 4 - y / 100 + y / 400 + t[m - 1] + d) % 7]);
    }
}
