// the longest chain equals the least number of non-increasing lists that hold everything (Dilworth)
#include <cstdio>
#include <vector>
int main() {
    int n;
    if (scanf("%d", &n) != 1) return 1;
    std::vector<int> last;
    for (int i = 0, x; i < n; i++) {
        scanf("%d", &x);
        size_t k = 0;
        while (k < last.size() && last[k] < x) k++;
        if (k == last.size()) last.push_back(x);
        last[k] = x;
    }
    printf("%d\n", (int)last.size());
}
