import heapq
n, m = map(int, input().split())
near = [[] for _ in range(n + 1)]
for _ in range(m):
    a, b, c = map(int, input().split())
    near[a].append((b, c))
    near[b].append((a, c))
known, heap = {}, [(0, 1)]
while heap:
    d, v = heapq.heappop(heap)
    if v not in known:
        known[v] = d
        for w, c in near[v]:
            heapq.heappush(heap, (d + c, w))
print(known.get(n, -1))
