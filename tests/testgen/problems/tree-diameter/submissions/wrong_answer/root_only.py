n = int(input())
near = [[] for _ in range(n + 1)]
for _ in range(n - 1):
    a, b, w = map(int, input().split())
    near[a].append((b, w))
    near[b].append((a, w))
arms = []
for u, w in near[1]:
    stack, best = [(u, 1, w)], 0
    while stack:
        v, p, d = stack.pop()
        best = max(best, d)
        stack += [(x, v, d + y) for x, y in near[v] if x != p]
    arms.append(best)
print(sum(sorted(arms)[-2:]))
