from math import hypot

n = int(input())
p = sorted({tuple(map(int, input().split())) for _ in range(n)})


def half(points):
    h = []
    for q in points:
        while len(h) > 1 and (h[-1][0] - h[-2][0]) * (q[1] - h[-2][1]) <= (h[-1][1] - h[-2][1]) * (q[0] - h[-2][0]):
            h.pop()
        h.append(q)
    return h


hull = half(p)[:-1] + half(p[::-1])[:-1] if len(p) > 1 else p
print(sum(hypot(a[0] - b[0], a[1] - b[1]) for a, b in zip(hull, hull[1:] + hull[:1])))
