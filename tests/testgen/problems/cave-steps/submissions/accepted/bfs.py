from collections import deque

h, w = map(int, input().split())
rows = [input() for _ in range(h)]
start = next((y, x) for y in range(h) for x in range(w) if rows[y][x] == "A")
dist = {start: 0}
queue = deque([start])
answer = -1
while queue:
    y, x = queue.popleft()
    if rows[y][x] == "E":
        answer = dist[y, x]
        break
    for ny, nx in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
        if 0 <= ny < h and 0 <= nx < w and rows[ny][nx] != "#" and (ny, nx) not in dist:
            dist[ny, nx] = dist[y, x] + 1
            queue.append((ny, nx))
print(answer)
