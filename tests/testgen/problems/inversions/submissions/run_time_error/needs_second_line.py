n = int(input())
a = [int(w) for w in input().split()]
from bisect import bisect_right, insort
s, c = [], 0
for x in a:
    c += len(s) - bisect_right(s, x)
    insort(s, x)
print(c)
