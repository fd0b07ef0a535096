from collections import deque
h, w = map(int, input().split())
g = [input() for _ in range(h)]
s = next((y, x) for y in range(h) for x in range(w) if g[y][x] == "A")
q = deque([(s, 0)])
r = -1
while q:
    (y, x), d = q.popleft()
    if g[y][x] == "E":
        r = d
        break
    if d > h * w:
        break
    for a, b in ((y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)):
        if 0 <= a < h and 0 <= b < w and g[a][b] != "#":
            q.append(((a, b), d + 1))
    if len(q) > 100000:
        q = deque(list(q)[:50000])
print(r)
