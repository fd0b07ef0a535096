import sys

k, s, *coins = map(int, sys.stdin.read().split())
seen, level, steps = {s}, {s}, 0
while level and 0 not in level:
    level = {v - c for v in level for c in coins if v >= c} - seen
    seen |= level
    steps += 1
print(steps if level else -1)
