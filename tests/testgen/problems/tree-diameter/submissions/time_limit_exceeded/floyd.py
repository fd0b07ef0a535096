n = int(input())
INF = float("inf")
d = [[INF] * n for _ in range(n)]
for v in range(n):
    d[v][v] = 0
for _ in range(n - 1):
    a, b, w = map(int, input().split())
    d[a - 1][b - 1] = d[b - 1][a - 1] = w
for k in range(n):
    for i in range(n):
        for j in range(n):
            d[i][j] = min(d[i][j], d[i][k] + d[k][j])
print(max(map(max, d)))
