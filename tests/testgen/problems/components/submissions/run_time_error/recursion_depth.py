n, m = map(int, input().split())
near = [[] for _ in range(n + 1)]
for _ in range(m):
    a, b = map(int, input().split())
    near[a].append(b)
    near[b].append(a)
seen = [False] * (n + 1)
def walk(v):
    seen[v] = True
    return 1 + sum(walk(w) for w in near[v] if not seen[w])
sizes = [walk(v) for v in range(1, n + 1) if not seen[v]]
print(len(sizes), max(sizes))
