from collections import deque
n, m = map(int, input().split())
near = [[] for _ in range(n + 1)]
for _ in range(m):
    a, b, c = map(int, input().split())
    near[a].append((b, c))
d = {1: 0}
q = deque([1])
while q:
    v = q.popleft()
    for w, c in near[v]:
        if w not in d:
            d[w] = d[v] + c
            q.append(w)
print(d.get(n, -1))
