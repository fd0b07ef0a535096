// the result is at most 8e18 and fits; sums may wrap on the way without harm when they are unsigned
#include <cstdint>
#include <cstdio>
int main() {
    int n;
    scanf("%d", &n);
    int64_t fx, fy, px, py, x, y;
    uint64_t s = 0;
    scanf("%ld %ld", &fx, &fy);
    px = fx, py = fy;
    for (int i = 1; i < n; i++) {
        scanf("%ld %ld", &x, &y);
        s += (uint64_t)px * (uint64_t)y - (uint64_t)x * (uint64_t)py;
        px = x, py = y;
    }
    s += (uint64_t)px * (uint64_t)fy - (uint64_t)fx * (uint64_t)py;
    int64_t r = (int64_t)s;
    printf("%ld\n", r < 0 ? -r : r);
}
