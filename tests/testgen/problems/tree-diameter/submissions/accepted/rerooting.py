# the largest distance of every place, first downwards and then through the parent
import sys

rows = [list(map(int, l.split())) for l in sys.stdin.read().splitlines()]
n = rows[0][0]
adj = [[] for _ in range(n)]
for a, b, w in rows[1:n]:
    adj[a - 1].append((b - 1, w))
    adj[b - 1].append((a - 1, w))
parent, order = [-1] * n, [0]
for v in order:
    for u, _ in adj[v]:
        if u != parent[v]:
            parent[u] = v
            order.append(u)
down = [0] * n
for v in order[::-1]:
    down[v] = max((down[u] + w for u, w in adj[v] if u != parent[v]), default=0)
above = [0] * n
for v in order:
    branches = sorted([(above[v], -1)] + [(down[u] + w, u) for u, w in adj[v] if u != parent[v]], reverse=True)
    for u, w in adj[v]:
        if u != parent[v]:
            above[u] = w + (branches[1][0] if branches[0][1] == u else branches[0][0])
print(max(map(max, zip(down, above))))
