n = int(input())
near = [[] for _ in range(n + 1)]
for _ in range(n - 1):
    a, b, w = map(int, input().split())
    near[a].append((b, w))
    near[b].append((a, w))
stack, best = [(1, 0, 0)], 0
while stack:
    v, p, d = stack.pop()
    best = max(best, d)
    stack += [(u, v, d + w) for u, w in near[v] if u != p]
print(best)
