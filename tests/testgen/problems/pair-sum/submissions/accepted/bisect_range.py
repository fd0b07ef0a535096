import sys
from bisect import bisect_left, bisect_right

data = list(map(int, sys.stdin.read().split()))
t, a = data[1], sorted(data[2:])
print(sum(bisect_right(a, t - x, i + 1) - bisect_left(a, t - x, i + 1) for i, x in enumerate(a)))
