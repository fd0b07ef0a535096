from itertools import groupby
input()
h = list(map(int, input().split()))
runs = [sum(g) for k, g in groupby(h, key=lambda v: v >= 0) if k]
print(max(runs) if runs else max(h))
