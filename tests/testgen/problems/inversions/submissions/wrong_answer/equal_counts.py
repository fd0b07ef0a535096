import sys
from bisect import bisect_left, insort
seen, total = [], 0
for x in map(int, sys.stdin.read().split()[1:]):
    total += len(seen) - bisect_left(seen, x)
    insort(seen, x)
print(total)
