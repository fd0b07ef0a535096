import heapq
import sys

n, m, *e = map(int, sys.stdin.read().split())
near = [[] for _ in range(n + 1)]
for a, b, c in zip(e[::3], e[1::3], e[2::3]):
    near[a].append((b, c))
known = {}
heap = [(0, 1)]
while heap:
    d, v = heapq.heappop(heap)
    if v in known:
        continue
    known[v] = d
    for w, c in near[v]:
        if w not in known:
            heapq.heappush(heap, (d + c, w))
print(known.get(n, -1))
