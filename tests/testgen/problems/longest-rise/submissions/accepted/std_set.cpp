#include <cstdio>
#include <set>
int main() {
    int n, x;
    scanf("%d", &n);
    std::set<int> tails;
    while (n-- && scanf("%d", &x) == 1) {
        auto it = tails.lower_bound(x);
        if (it != tails.end()) tails.erase(it);
        tails.insert(x);
    }
    printf("%zu\n", tails.size());
}
