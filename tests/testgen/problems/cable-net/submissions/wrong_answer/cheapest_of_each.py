n, m = map(int, input().split())
best = {}
for _ in range(m):
    a, b, c = map(int, input().split())
    if a != b:
        for v in (a, b):
            if v not in best or c < best[v][0]:
                best[v] = (c, min(a, b), max(a, b))
print(sum(e[0] for e in set(best.values())) if len(best) == n or n == 1 else "impossible")
