n, m = map(int, input().split())
reach = [[False] * n for _ in range(n)]
for v in range(n):
    reach[v][v] = True
for _ in range(m):
    a, b = map(int, input().split())
    reach[a - 1][b - 1] = reach[b - 1][a - 1] = True
for k in range(n):
    for i in range(n):
        if reach[i][k]:
            for j in range(n):
                if reach[k][j]:
                    reach[i][j] = True
sizes = [sum(r) for r in reach]
print(len({tuple(r) for r in reach}), max(sizes))
