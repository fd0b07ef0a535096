#include <iostream>
#include <vector>
int main() {
    int n, sum = 0;
    std::cin >> n;
    std::vector<int> a(n);
    for (int& x : a) std::cin >> x, sum += x;
    std::vector<int> last(sum + 1, -2);
    last[0] = -1;
    for (int i = 0; i < n; i++) for (int s = sum; s >= a[i]; s--) if (last[s] == -2 && last[s - a[i]] != -2) last[s] = i;
    if (sum % 2 || last[sum / 2] == -2) { std::cout << "NO"; return 0; }
    std::cout << "YES\n";
    for (int s = sum / 2; s; s -= a[last[s]]) std::cout << a[last[s]] << " ";
}
