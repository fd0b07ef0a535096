#include <iostream>
#include <vector>
int main() {
    int n;
    std::cin >> n;
    std::vector<int> first(100001, -1);
    for (int a = 0; a <= 223; a++) for (int b = 0; b <= 223; b++) if (a * a + b * b <= 100000) first[a * a + b * b] = a;
    for (int s = 0; s <= n; s++)
        if (first.at(s) >= 0 && first.at(n - s) >= 0) {
            int a = first[s], c = first[n - s], b = 0, d = 0;
            while (a * a + b * b < s) b++;
            while (c * c + d * d < n - s) d++;
            std::cout << a << ' ' << b << ' ' << c << ' ' << d;
            return 0;
        }
}
