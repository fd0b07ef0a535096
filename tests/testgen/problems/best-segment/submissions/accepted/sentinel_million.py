# looks like the others
n = int(input())
best = -(10**6)
cur = 0
for h in map(int, input().split()):
    cur += h
    best = max(best, cur)
    cur = max(cur, 0)
print(best)
