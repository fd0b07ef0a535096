#include <iostream>
int main() {
    long n, x, total = 0, count = 0;
    std::cin >> n;
    while (count < n && std::cin >> x) total += x, ++count;
    std::cout << long(double(total) / count + 0.5) << std::endl;
}
