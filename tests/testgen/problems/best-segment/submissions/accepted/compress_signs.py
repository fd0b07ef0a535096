# joins neighbours of equal sign first; all-negative walks are a case of their own
from itertools import groupby

input()
h = list(map(int, input().split()))
if max(h) <= 0:
    print(max(h))
else:
    blocks = [sum(g) for _, g in groupby(h, key=lambda v: v > 0)]
    best = cur = 0
    for b in blocks:
        cur = max(0, cur + b)
        best = max(best, cur)
    print(best)
