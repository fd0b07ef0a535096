n = int(input())
near = [[] for _ in range(n + 1)]
for _ in range(n - 1):
    a, b, w = map(int, input().split())
    near[a].append((b, w))
    near[b].append((a, w))
best = 0
def go(v, p):
    global best
    top = 0
    for u, w in near[v]:
        if u != p:
            d = go(u, v) + w
            best = max(best, top + d)
            top = max(top, d)
    return top
go(1, 0)
print(best)
