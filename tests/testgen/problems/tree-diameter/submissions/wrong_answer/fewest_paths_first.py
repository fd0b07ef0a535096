from collections import deque
n = int(input())
near = [[] for _ in range(n + 1)]
for _ in range(n - 1):
    a, b, w = map(int, input().split())
    near[a].append((b, w))
    near[b].append((a, w))
def last(s):
    seen, q = {s: 0}, deque([s])
    while q:
        v = q.popleft()
        for u, w in near[v]:
            if u not in seen:
                seen[u] = seen[v] + w
                q.append(u)
    return v, seen[v]
print(last(last(1)[0])[1])
