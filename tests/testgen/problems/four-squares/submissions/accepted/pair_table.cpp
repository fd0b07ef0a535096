#include <cstdio>
#include <vector>
int main() {
    int n;
    scanf("%d", &n);
    std::vector<int> first(n + 1, -1);
    for (int a = 0; a * a <= n; a++)
        for (int b = 0; a * a + b * b <= n; b++) first[a * a + b * b] = a;
    auto root = [](int v) {
        int r = 0;
        while (r * r < v) r++;
        return r;
    };
    for (int s = 0; s <= n; s++)
        if (first[s] >= 0 && first[n - s] >= 0) {
            int a = first[s], c = first[n - s];
            printf("%d %d %d %d\n", a, root(s - a * a), c, root(n - s - c * c));
            break;
        }
}
