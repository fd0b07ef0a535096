#include <cstdio>
#include <cstring>
char m[62 * 62 + 10];
int dist[62 * 62], line[62 * 62];
int main() {
    int h, w;
    scanf("%d %d", &h, &w);
    int W = w + 2, a = 0, e = 0;
    memset(m, '#', sizeof m);
    for (int y = 1; y <= h; y++) {
        char row[70];
        scanf("%69s", row);
        memcpy(m + y * W + 1, row, w);
    }
    for (int i = 0; i < W * (h + 2); i++) {
        if (m[i] == 'A') a = i;
        if (m[i] == 'E') e = i;
    }
    int head = 0, tail = 0, step[4] = {1, -1, W, -W};
    line[tail++] = a;
    m[a] = '#';
    while (head < tail) {
        int p = line[head++];
        for (int s : step)
            if (m[p + s] != '#') {
                m[p + s] = '#';
                dist[p + s] = dist[p] + 1;
                line[tail++] = p + s;
            }
    }
    printf("%d\n", dist[e] ? dist[e] : -1);
}
