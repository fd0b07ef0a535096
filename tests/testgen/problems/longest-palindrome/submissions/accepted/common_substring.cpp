// blocks that text and mirrored text share count only where they come from the same place
#include <algorithm>
#include <cstdio>
#include <cstring>
static char s[1000], r[1000];
static int run[1001];
int main() {
    if (scanf("%999s", s) != 1) return 1;
    int n = strlen(s), best = 0;
    std::reverse_copy(s, s + n, r);
    for (int i = 0; i < n; i++)
        for (int j = n - 1; j >= 0; j--) {
            run[j + 1] = s[i] == r[j] ? run[j] + 1 : 0;
            int len = run[j + 1];
            // s[i-len+1 .. i] equals r[j-len+1 .. j], which is s[n-1-j .. n-1-j+len-1]
            int start = n - 1 - j;
            if (start <= i) {
                int want = i - start + 1;
                if (len >= want) best = std::max(best, want);
            }
        }
    printf("%d\n", best);
}
