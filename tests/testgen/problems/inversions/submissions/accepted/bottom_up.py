import sys
from heapq import merge

words = sys.stdin.read().split()
runs = [[int(w)] for w in words[1:]]
count = 0
while len(runs) > 1:
    joined = []
    for k in range(0, len(runs) - 1, 2):
        a, b = runs[k], runs[k + 1]
        j = 0
        for v in a:
            while j < len(b) and b[j] < v:
                j += 1
            count += j
        joined.append(sorted(a + b))
    if len(runs) % 2:
        joined.append(runs[-1])
    runs = joined
print(count)
