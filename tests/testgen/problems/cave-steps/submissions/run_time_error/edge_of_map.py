from collections import deque
h, w = map(int, input().split())
g = [input() for _ in range(h)]
s = next((y, x) for y in range(h) for x in range(w) if g[y][x] == "A")
d, q = {s: 0}, deque([s])
r = -1
while q:
    y, x = q.popleft()
    if g[y][x] == "E":
        r = d[y, x]
        break
    for a, b in ((y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)):
        if a >= 0 and b >= 0 and g[a][b] != "#" and (a, b) not in d:
            d[a, b] = d[y, x] + 1
            q.append((a, b))
print(r)
