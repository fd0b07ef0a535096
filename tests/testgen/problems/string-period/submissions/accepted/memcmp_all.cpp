#include <cstdio>
#include <cstring>
char s[20010];
int main() {
    if (scanf("%20005s", s) != 1) return 1;
    int n = strlen(s), p = 1;
    while (p < n && memcmp(s, s + p, n - p)) p++;
    printf("%d\n", p);
}
