# the whole span less the gaps between those who come and the farthest seen so far
import sys

it = map(int, sys.stdin.read().split())
n = next(it)
guards = sorted(zip(it, it))
reach = guards[0][0]
gap = 0
for l, r in guards:
    gap += max(0, l - reach)
    reach = max(reach, r)
print(reach - guards[0][0] - gap)
