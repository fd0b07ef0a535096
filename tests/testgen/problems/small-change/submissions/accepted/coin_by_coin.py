k, s = map(int, input().split())
INF = float("inf")
best = [INF] * (s + 1)
best[0] = 0
for c in map(int, input().split()):
    for v in range(c, s + 1):
        candidate = best[v - c] + 1
        if candidate < best[v]:
            best[v] = candidate
print(-1 if best[s] == INF else best[s])
