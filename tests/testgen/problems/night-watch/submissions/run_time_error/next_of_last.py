n = int(input())
g = sorted(tuple(map(int, input().split())) for _ in range(n))
g = [p for p in g if p[0] < p[1]]
total, (a, b) = 0, g[0]
for l, r in g[1:]:
    if l > b:
        total += b - a
        a, b = l, r
    b = max(b, r)
print(total + b - a)
