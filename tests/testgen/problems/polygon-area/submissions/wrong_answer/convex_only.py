n = int(input())
p = [tuple(map(int, input().split())) for _ in range(n)]
x0, y0 = p[0]
s = 0
for (a, b), (c, d) in zip(p[1:], p[2:]):
    s += abs((a - x0) * (d - y0) - (c - x0) * (b - y0))
print(s)
