import heapq
import sys

it = iter(map(int, sys.stdin.read().split()))
n, m = next(it), next(it)
succ, indeg = {v: [] for v in range(n)}, [0] * n
for a in it:
    b = next(it)
    succ[a - 1].append(b - 1)
    indeg[b - 1] += 1
heap = [v for v in range(n) if indeg[v] == 0]
out = []
while heap:
    v = heapq.heappop(heap)
    out.append(str(v + 1))
    for w in succ[v]:
        indeg[w] -= 1
        if indeg[w] == 0:
            heapq.heappush(heap, w)
print(" ".join(out) if len(out) == n else "impossible")
