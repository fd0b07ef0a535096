# bottom up: the two deepest branches of every place
n = int(input())
near = {v: {} for v in range(1, n + 1)}
for _ in range(n - 1):
    a, b, w = map(int, input().split())
    near[a][b] = near[b][a] = w
order, parent = [1], {1: None}
for v in order:
    for u in near[v]:
        if u not in parent:
            parent[u] = v
            order.append(u)
depth = dict.fromkeys(order, 0)
best = 0
for v in reversed(order):
    p = parent[v]
    if p is not None:
        reach = depth[v] + near[v][p]
        best = max(best, depth[p] + reach)
        depth[p] = max(depth[p], reach)
print(best)
