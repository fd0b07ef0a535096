import heapq
import sys

n, m, *e = map(int, sys.stdin.read().split())
near = [[] for _ in range(n + 1)]
for a, b, c in zip(*[iter(e)] * 3):
    near[a].append((c, b))
    near[b].append((c, a))
joined, total = set(), 0
heap = [(0, 1)]
while heap and len(joined) < n:
    c, v = heapq.heappop(heap)
    if v not in joined:
        joined.add(v)
        total += c
        for edge in near[v]:
            heapq.heappush(heap, edge)
print(total if len(joined) == n else "impossible")
