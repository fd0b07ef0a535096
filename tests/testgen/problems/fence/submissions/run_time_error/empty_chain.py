from math import dist
p = sorted({tuple(map(int, input().split())) for _ in range(int(input()))})
a, b = p[0], p[1]
def far(a, b, ps):
    left = [((b[0] - a[0]) * (q[1] - a[1]) - (b[1] - a[1]) * (q[0] - a[0]), q) for q in ps]
    left = [q for q in left if q[0] > 0]
    if not left:
        return dist(a, b)
    t = max(left)[1]
    return far(a, t, [q for _, q in left]) + far(t, b, [q for _, q in left])
print(far(p[0], p[-1], p) + far(p[-1], p[0], p))
