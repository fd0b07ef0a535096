import heapq
n, m = map(int, input().split())
near = [[] for _ in range(n + 1)]
for _ in range(m):
    a, b, c = map(int, input().split())
    near[a].append((b, c))
    near[b].append((a, c))
known, heap, total = set(), [(0, 0, 1)], 0
while heap:
    d, c, v = heapq.heappop(heap)
    if v not in known:
        known.add(v)
        total += c
        for w, x in near[v]:
            heapq.heappush(heap, (d + x, x, w))
print(total if len(known) == n else "impossible")
