from collections import deque
n, m = map(int, input().split())
after = [[] for _ in range(n + 1)]
need = [0] * (n + 1)
for _ in range(m):
    a, b = map(int, input().split())
    if a != b:
        after[a].append(b)
        need[b] += 1
q = deque(v for v in range(1, n + 1) if need[v] == 0)
out = []
while q:
    out.append(q.popleft())
    for w in after[out[-1]]:
        need[w] -= 1
        if need[w] == 0:
            q.append(w)
print(*out) if len(out) == n else print("impossible")
