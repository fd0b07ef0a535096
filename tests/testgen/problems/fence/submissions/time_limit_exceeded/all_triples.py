from math import dist
p = sorted({tuple(map(int, input().split())) for _ in range(int(input()))})
inside = set()
for a in p:
    for b in p:
        for c in p:
            for q in p:
                s = [(v[0] - u[0]) * (q[1] - u[1]) - (v[1] - u[1]) * (q[0] - u[0]) for u, v in ((a, b), (b, c), (c, a))]
                if min(s) > 0:
                    inside.add(q)
p = [q for q in p if q not in inside]
total = 0.0
for a in p:
    for b in p:
        if a != b and all((b[0] - a[0]) * (q[1] - a[1]) - (b[1] - a[1]) * (q[0] - a[0]) > 0 or (
            (b[0] - a[0]) * (q[1] - a[1]) == (b[1] - a[1]) * (q[0] - a[0]) and dist(a, q) <= dist(a, b) >= dist(b, q)
        ) for q in p):
            total += dist(a, b)
print(total)
