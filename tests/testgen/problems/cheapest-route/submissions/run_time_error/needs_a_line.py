import sys
rows = sys.stdin.read().splitlines()
n, m = map(int, rows[0].split())
cost = {}
for l in rows[1:]:
    a, b, c = map(int, l.split())
    cost.setdefault(a, []).append((c, b))
import heapq
d, heap = {}, [(0, 1)]
while heap:
    x, v = heapq.heappop(heap)
    if v in d:
        continue
    d[v] = x
    if v == n:
        break
    for c, w in cost[v]:
        heapq.heappush(heap, (x + c, w))
print(d.get(n, -1))
