import sys
from collections import deque

n, m, *e = map(int, sys.stdin.read().split())
near = [[] for _ in range(n + 1)]
for a, b in zip(e[::2], e[1::2]):
    near[a].append(b)
    near[b].append(a)
team = [None] * (n + 1)
good = True
for s in range(1, n + 1):
    if team[s] is not None:
        continue
    team[s] = 0
    queue = deque([s])
    while queue:
        v = queue.popleft()
        for w in near[v]:
            if team[w] is None:
                team[w] = 1 - team[v]
                queue.append(w)
            elif team[w] == team[v]:
                good = False
print("yes" if good else "no")
