n, m = map(int, input().split())
near = [[] for _ in range(n + 1)]
for _ in range(m):
    a, b = map(int, input().split())
    near[a].append(b)
seen = set()
sizes = []
for s in range(1, n + 1):
    if s in seen:
        continue
    seen.add(s)
    stack, size = [s], 0
    while stack:
        v = stack.pop()
        size += 1
        for w in near[v]:
            if w not in seen:
                seen.add(w)
                stack.append(w)
    sizes.append(size)
print(len(sizes), max(sizes))
