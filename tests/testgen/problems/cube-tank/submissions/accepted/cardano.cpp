#include <cmath>
#include <iomanip>
#include <iostream>
int main() {
    int q;
    std::cin >> q;
    std::cout << std::fixed << std::setprecision(9);
    while (q--) {
        long double a, v;
        std::cin >> a >> v;
        // the stable root first: the other one follows from the product of the two
        long double s = std::sqrt(v * v / 4 + a * a * a / 27);
        long double u = std::cbrt(v / 2 + s);
        long double w = u == 0 ? 0 : a / (3 * u);
        // u - w loses digits when the two are nearly equal: v / (u^2 + uw + w^2) does not
        std::cout << (u == 0 ? 0.0L : v / (u * u + u * w + w * w)) << "\n";
    }
}
