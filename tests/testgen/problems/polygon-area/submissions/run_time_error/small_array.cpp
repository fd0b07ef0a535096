#include <array>
#include <iostream>
int main() {
    int n;
    std::cin >> n;
    std::array<long long, 500> x{}, y{};
    __int128 s = 0;
    for (int i = 0; i < n; i++) std::cin >> x.at(i) >> y.at(i);
    for (int i = 0; i < n; i++) s += (__int128)x[i] * y[(i + 1) % n] - (__int128)x[(i + 1) % n] * y[i];
    std::cout << (long long)(s < 0 ? -s : s);
}
