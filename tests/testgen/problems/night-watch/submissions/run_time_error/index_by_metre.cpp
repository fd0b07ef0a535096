#include <iostream>
#include <vector>
int main() {
    int n;
    std::cin >> n;
    std::vector<int> change(2000002);
    while (n--) {
        int l, r;
        std::cin >> l >> r;
        change.at(l + 1000000)++;
        change.at(r + 1000000)--;
    }
    long long total = 0;
    int now = 0;
    for (int c : change) total += (now += c) > 0;
    std::cout << total;
}
