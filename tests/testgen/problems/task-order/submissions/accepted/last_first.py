# from the back: again and again a task after which nothing has to come
n, m = map(int, input().split())
before = [set() for _ in range(n + 1)]
for _ in range(m):
    a, b = map(int, input().split())
    before[b].add(a)
out = [0] * (n + 1)
for b in range(1, n + 1):
    for a in before[b]:
        out[a] += 1
free = {v for v in range(1, n + 1) if out[v] == 0}
order = []
while free:
    v = free.pop()
    order.append(v)
    for a in before[v]:
        out[a] -= 1
        if out[a] == 0:
            free.add(a)
print("impossible" if len(order) < n else " ".join(str(v) for v in order[::-1]))
