# a fan of triangles from the first corner
n = int(input())
ox, oy = map(int, input().split())
total, last = 0, None
for _ in range(n - 1):
    x, y = map(int, input().split())
    v = (x - ox, y - oy)
    if last:
        total += last[0] * v[1] - last[1] * v[0]
    last = v
print(abs(total))
