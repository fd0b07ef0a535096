h, w = map(int, input().split())
g = [input() for _ in range(h)]
INF = 10**9
d = [[INF] * w for _ in range(h)]
ans = -1
for y in range(h):
    for x in range(w):
        if g[y][x] == "A":
            d[y][x] = 0
        elif g[y][x] != "#":
            d[y][x] = min(d[y - 1][x] if y else INF, d[y][x - 1] if x else INF) + 1
        if g[y][x] == "E":
            ans = d[y][x]
print(ans if ans < INF else -1)
