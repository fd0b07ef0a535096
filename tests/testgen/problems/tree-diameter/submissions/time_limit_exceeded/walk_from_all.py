n = int(input())
near = [[] for _ in range(n + 1)]
for _ in range(n - 1):
    a, b, w = map(int, input().split())
    near[a].append((b, w))
    near[b].append((a, w))
best = 0
for s in range(1, n + 1):
    stack = [(s, [s], 0)]
    while stack:
        v, path, d = stack.pop()
        best = max(best, d)
        stack += [(u, path + [u], d + w) for u, w in near[v] if u not in path]
print(best)
