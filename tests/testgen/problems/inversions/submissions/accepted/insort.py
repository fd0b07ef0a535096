import sys
from bisect import bisect_right, insort

seen = []
total = 0
for x in map(int, sys.stdin.read().split()[1:]):
    total += len(seen) - bisect_right(seen, x)
    insort(seen, x)
print(total)
