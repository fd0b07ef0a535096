n, m = map(int, input().split())
e = [tuple(map(int, input().split())) for _ in range(m)]
d = [float("inf")] * (n + 1)
d[1] = 0
for _ in range(5):
    for a, b, c in e:
        d[b] = min(d[b], d[a] + c)
print(d[n] if d[n] < float("inf") else -1)
