n, t = map(int, input().split())
c = {}
for x in map(int, input().split()):
    c[x] = c.get(x, 0) + 1
w = 0
for x in c:
    if 2 * x < t:
        w += c[x] * c.get(t - x, 0)
h = int(t / 2)
if h in c:
    w += c[h] * (c[h] - 1) // 2
print(w)
