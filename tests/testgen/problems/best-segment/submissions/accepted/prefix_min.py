from itertools import accumulate

input()
low, best = 0, -(10**20)
for s in accumulate(map(int, input().split())):
    best = max(best, s - low)
    low = min(low, s)
print(best)
