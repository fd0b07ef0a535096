from math import atan2, dist
p = sorted({tuple(map(int, input().split())) for _ in range(int(input()))})
cx, cy = sum(x for x, _ in p) / len(p), sum(y for _, y in p) / len(p)
p.sort(key=lambda q: atan2(q[1] - cy, q[0] - cx))
print(sum(dist(p[i - 1], p[i]) for i in range(len(p))))
