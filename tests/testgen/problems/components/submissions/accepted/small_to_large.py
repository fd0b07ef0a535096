n, m = map(int, input().split())
circle = {v: [v] for v in range(1, n + 1)}
home = list(range(n + 1))
for _ in range(m):
    a, b = (home[int(w)] for w in input().split())
    if a != b:
        if len(circle[a]) < len(circle[b]):
            a, b = b, a
        for v in circle[b]:
            home[v] = a
        circle[a] += circle.pop(b)
print(len(circle), max(map(len, circle.values())))
