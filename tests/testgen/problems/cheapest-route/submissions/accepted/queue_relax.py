from collections import deque

n, m = map(int, input().split())
best = {}
for _ in range(m):
    a, b, c = map(int, input().split())
    if (a, b) not in best or c < best[a, b]:
        best[a, b] = c
lines = {v: [] for v in range(1, n + 1)}
for (a, b), c in best.items():
    lines[a].append((b, c))
INF = 1 << 60
dist = [INF] * (n + 1)
dist[1] = 0
queue, waiting = deque([1]), {1}
while queue:
    v = queue.popleft()
    waiting.discard(v)
    for w, c in lines[v]:
        if dist[v] + c < dist[w]:
            dist[w] = dist[v] + c
            if w not in waiting:
                waiting.add(w)
                queue.append(w)
print(dist[n] if dist[n] < INF else -1)
