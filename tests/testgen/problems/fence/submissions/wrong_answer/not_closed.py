from math import dist
p = sorted({tuple(map(int, input().split())) for _ in range(int(input()))})
def half(ps):
    h = []
    for q in ps:
        while len(h) > 1 and (h[-1][0] - h[-2][0]) * (q[1] - h[-2][1]) <= (h[-1][1] - h[-2][1]) * (q[0] - h[-2][0]):
            h.pop()
        h.append(q)
    return h
hull = half(p)[:-1] + half(p[::-1])[:-1] if len(p) > 1 else p
print(sum(map(dist, hull, hull[1:])))
