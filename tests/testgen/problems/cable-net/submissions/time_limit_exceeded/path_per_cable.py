# a cable is needed if the cheaper ones do not join its ends: a search for each
n, m = map(int, input().split())
edges = sorted(tuple(map(int, input().split()))[::-1] for _ in range(m))
near = [[] for _ in range(n + 1)]
total, needed = 0, 0
for c, a, b in edges:
    seen, stack = [a], [a]
    while stack:
        v = stack.pop()
        for w in near[v]:
            if w not in seen:
                seen.append(w)
                stack.append(w)
    if b not in seen:
        total += c
        needed += 1
    near[a].append(b)
    near[b].append(a)
print(total if needed == n - 1 else "impossible")
