#include <iostream>
int main() {
    long n, ways = 0, w[4] = {0, 0, 0, 0};
    std::cin >> n;
    long m = 0;
    while (m * m <= n) m++;
    for (long a = 0; a <= m; a++) for (long b = 0; b <= m; b++) for (long c = 0; c <= m; c++) for (long d = 0; d <= m; d++)
        if (a * a + b * b + c * c + d * d == n) w[0] = a, w[1] = b, w[2] = c, w[3] = d, ways++;
    std::cout << w[0] << " " << w[1] << " " << w[2] << " " << w[3];
    return ways == 0;
}
