// the text itself serves as the stack
#include <cstdio>
#include <cstring>
int main() {
    int q;
    static char s[4000];
    scanf("%d", &q);
    while (q--) {
        scanf("%3999s", s);
        int top = 0;
        for (char* p = s; *p; p++) {
            bool closes = *p == ')' || *p == ']' || *p == '}';
            // the codes of a pair differ by one or two
            if (closes && top && s[top - 1] != ')' && *p - s[top - 1] > 0 && *p - s[top - 1] <= 2) top--;
            else s[top++] = *p;
        }
        puts(top ? "no" : "yes");
    }
}
