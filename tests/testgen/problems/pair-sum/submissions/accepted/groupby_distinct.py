import sys
from itertools import groupby

_, t, *a = map(int, sys.stdin.read().split())
groups = [(x, len(list(g))) for x, g in groupby(sorted(a))]
sizes = dict(groups)
total = 0
for x, k in groups:
    y = t - x
    if y < x:
        break
    if y == x:
        total += k * (k - 1) // 2
    else:
        total += k * sizes.get(y, 0)
print(total)
