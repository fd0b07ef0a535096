#include <cstdio>
#include <numeric>
#include <vector>
int main() {
    int q, n, k;
    scanf("%d", &q);
    for (; q; q--) {
        scanf("%d %d", &n, &k);
        std::vector<int> seats(n);
        std::iota(seats.begin(), seats.end(), 1);
        long long at = 0;
        while (seats.size() > 1) {
            at = (at + k - 1) % seats.size();
            seats.erase(seats.begin() + at);
        }
        printf("%d\n", seats[0]);
    }
}
