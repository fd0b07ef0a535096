import heapq
n, m = map(int, input().split())
near = [[] for _ in range(n + 1)]
for _ in range(m):
    a, b, c = map(int, input().split())
    near[a].append((c, b))
d = {1: 0}
heap = [(0, 1)]
while heap:
    x, v = heapq.heappop(heap)
    for c, w in sorted(near[v]):
        if w not in d:
            d[w] = x + c
            heapq.heappush(heap, (x + c, w))
print(d.get(n, -1))
