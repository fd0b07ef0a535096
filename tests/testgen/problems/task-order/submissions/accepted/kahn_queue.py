from collections import deque

n, m = map(int, input().split())
after = [[] for _ in range(n + 1)]
waits = [0] * (n + 1)
for _ in range(m):
    a, b = map(int, input().split())
    after[a].append(b)
    waits[b] += 1
ready = deque(v for v in range(1, n + 1) if not waits[v])
order = []
while ready:
    v = ready.popleft()
    order.append(v)
    for w in after[v]:
        waits[w] -= 1
        if not waits[w]:
            ready.append(w)
print(*order if len(order) == n else ["impossible"])
