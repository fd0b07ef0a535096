// waits for the powers to come round
#include <iostream>
int main() {
    unsigned long long a, b, m;
    std::cin >> a >> b >> m;
    unsigned long long x = 1 % m, steps = 0;
    for (; steps < 50; steps++) x = x * a % m;  // past the part that is not in the cycle
    if (b > 50) {
        unsigned long long start = x, length = 0;
        do x = x * a % m, length++;
        while (x != start);
        steps = (b - 50) % length;
    } else {
        x = 1 % m;
        steps = b;
    }
    while (steps--) x = x * a % m;
    std::cout << x;
}
