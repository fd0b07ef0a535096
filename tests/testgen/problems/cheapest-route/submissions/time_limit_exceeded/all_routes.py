import sys
sys.setrecursionlimit(5000)
n, m = map(int, input().split())
near = [[] for _ in range(n + 1)]
for _ in range(m):
    a, b, c = map(int, input().split())
    near[a].append((b, c))
best = [-1]
def go(v, d, seen):
    if v == n:
        if best[0] < 0 or d < best[0]:
            best[0] = d
        return
    for w, c in near[v]:
        if w not in seen:
            go(w, d + c, seen | {w})
go(1, 0, {1})
print(best[0])
