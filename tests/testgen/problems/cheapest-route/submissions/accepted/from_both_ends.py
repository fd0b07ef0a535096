import heapq
from itertools import count

n, m = map(int, input().split())
ahead = [[] for _ in range(n + 1)]
back = [[] for _ in range(n + 1)]
for _ in range(m):
    a, b, c = map(int, input().split())
    ahead[a].append((c, b))
    back[b].append((c, a))
dist = [{1: 0}, {n: 0}]
heaps = [[(0, 1)], [(0, n)]]
done = [set(), set()]
best = 0 if n == 1 else None
for turn in count():
    side = turn % 2
    if not heaps[0] or not heaps[1]:
        break
    if best is not None and heaps[0][0][0] + heaps[1][0][0] >= best:
        break
    d, v = heapq.heappop(heaps[side])
    if v in done[side]:
        continue
    done[side].add(v)
    for c, w in (back if side else ahead)[v]:
        if d + c < dist[side].get(w, d + c + 1):
            dist[side][w] = d + c
            heapq.heappush(heaps[side], (d + c, w))
            if w in dist[1 - side]:
                total = d + c + dist[1 - side][w]
                best = total if best is None else min(best, total)
print(-1 if best is None else best)
