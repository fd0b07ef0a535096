# Bellman and Ford, sorted so that most is done in the first rounds
import sys

rows = [tuple(map(int, l.split())) for l in sys.stdin.read().splitlines()]
n, m = rows[0]
edges = sorted({(a, b, c) for a, b, c in rows[1:] if a != b})
far = 10**15
d = [far] * (n + 1)
d[1] = 0
for turn in range(n):
    before = d[:]
    for a, b, c in edges if turn % 2 == 0 else reversed(edges):
        s = d[a] + c
        if s < d[b]:
            d[b] = s
    if d == before:
        break
print(-1 if d[n] >= far else d[n])
