from collections import defaultdict
from itertools import accumulate

change = defaultdict(int)
for _ in range(int(input())):
    l, r = map(int, input().split())
    change[l] += 1
    change[r] -= 1
marks = sorted(change)
cover = list(accumulate(change[x] for x in marks))
print(sum(b - a for a, b, c in zip(marks, marks[1:], cover) if c > 0))
