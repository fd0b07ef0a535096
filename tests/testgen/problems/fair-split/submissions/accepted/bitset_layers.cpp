#include <bitset>
#include <cstdio>
#include <vector>
int main() {
    int n, sum = 0;
    scanf("%d", &n);
    std::vector<int> v(n);
    std::vector<std::bitset<18001>> reach(n + 1);
    reach[0][0] = 1;
    for (int i = 0; i < n; i++) {
        scanf("%d", &v[i]);
        sum += v[i];
        reach[i + 1] = reach[i] | reach[i] << v[i];
    }
    if (sum % 2 || !reach[n][sum / 2]) {
        puts("NO");
        return 0;
    }
    puts("YES");
    int left = sum / 2;
    for (int i = n; i > 0; i--)
        if (left >= v[i - 1] && reach[i - 1][left - v[i - 1]]) {
            printf("%d ", i);
            left -= v[i - 1];
        }
    puts("");
}
