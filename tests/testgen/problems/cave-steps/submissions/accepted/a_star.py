import heapq
import sys

data = sys.stdin.read().splitlines()
h, w = map(int, data[0].split())
grid = data[1 : h + 1]
where = {grid[y][x]: (y, x) for y in range(h) for x in range(w)}
(sy, sx), (ey, ex) = where["A"], where["E"]
best = {(sy, sx): 0}
heap = [(abs(sy - ey) + abs(sx - ex), 0, sy, sx)]
result = -1
while heap:
    _, g, y, x = heapq.heappop(heap)
    if (y, x) == (ey, ex):
        result = g
        break
    if g > best[y, x]:
        continue
    for dy, dx in (0, 1), (1, 0), (0, -1), (-1, 0):
        v, u = y + dy, x + dx
        if 0 <= v < h and 0 <= u < w and grid[v][u] != "#" and g + 1 < best.get((v, u), 1 << 30):
            best[v, u] = g + 1
            heapq.heappush(heap, (g + 1 + abs(v - ey) + abs(u - ex), g + 1, v, u))
print(result)
