# two sorted lists: left ends before and right ends before tell how many watch
from bisect import bisect_right

n = int(input())
pairs = [tuple(map(int, input().split())) for _ in range(n)]
lefts, rights = (sorted(side) for side in zip(*pairs))
marks = sorted(set(lefts + rights))
seen = 0
for a, b in zip(marks, marks[1:]):
    if bisect_right(lefts, a) > bisect_right(rights, a):
        seen += b - a
print(seen)
