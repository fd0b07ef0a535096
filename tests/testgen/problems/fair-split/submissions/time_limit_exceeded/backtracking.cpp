#include <iostream>
#include <vector>
int n;
std::vector<int> v, out;
bool go(int i, int left) {
    if (i == n) return left == 0;
    if (left >= v[i]) {
        out.push_back(i + 1);
        if (go(i + 1, left - v[i])) return true;
        out.pop_back();
    }
    return go(i + 1, left);
}
int main() {
    std::cin >> n;
    v.resize(n);
    int t = 0;
    for (int& x : v) std::cin >> x, t += x;
    if (t % 2 == 0 && go(0, t / 2)) {
        std::cout << "YES\n";
        for (int x : out) std::cout << x << " ";
    } else std::cout << "NO";
}
