#include <iostream>
#include <vector>
int n;
std::vector<int> a, chosen;
std::vector<std::vector<char>> dead;
bool go(int i, int left) {
    if (left == 0) return true;
    if (i == n || left < 0 || dead[i][left]) return false;
    chosen.push_back(i + 1);
    if (go(i + 1, left - a[i])) return true;
    chosen.pop_back();
    if (go(i + 1, left)) return true;
    dead[i][left] = 1;
    return false;
}
int main() {
    std::cin >> n;
    a.resize(n);
    int total = 0;
    for (int& x : a) std::cin >> x, total += x;
    dead.assign(n, std::vector<char>(total + 1));
    if (total % 2 == 0 && go(0, total / 2)) {
        std::cout << "YES" << std::endl;
        for (int k : chosen) std::cout << k << ' ';
    } else std::cout << "NO";
}
