# hook every circle's root to a smaller neighbour, then halve the paths, until nothing changes
import sys

n, m, *e = map(int, sys.stdin.read().split())
edges = list(zip(e[::2], e[1::2]))
root = list(range(n + 1))
while True:
    changed = False
    for a, b in edges:
        x, y = root[a], root[b]
        if x != y:
            if x > y:
                x, y = y, x
            if root[y] > x:
                root[y] = x
                changed = True
    for v in range(1, n + 1):
        while root[v] != root[root[v]]:
            root[v] = root[root[v]]
    if not changed:
        break
count = [0] * (n + 1)
for v in range(1, n + 1):
    count[root[v]] += 1
print(sum(c > 0 for c in count), max(count))
