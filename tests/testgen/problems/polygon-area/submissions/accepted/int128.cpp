#include <iostream>
#include <string>
#include <vector>
int main() {
    int n;
    std::cin >> n;
    std::vector<long long> x(n), y(n);
    for (int i = 0; i < n; i++) std::cin >> x[i] >> y[i];
    __int128 s = 0;
    for (int i = 0, j = n - 1; i < n; j = i++) s += (__int128)x[j] * y[i] - (__int128)x[i] * y[j];
    if (s < 0) s = -s;
    std::string digits;
    do digits.insert(digits.begin(), '0' + int(s % 10));
    while (s /= 10);
    std::cout << digits << "\n";
}
