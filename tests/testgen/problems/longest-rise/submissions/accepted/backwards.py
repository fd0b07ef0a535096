# smallest possible last element, seen from the right with signs turned
import bisect

n = int(input())
tails = []
for v in reversed(input().split()):
    x = -int(v)
    at = bisect.bisect_left(tails, x)
    if at == len(tails):
        tails.append(x)
    else:
        tails[at] = x
print(len(tails))
