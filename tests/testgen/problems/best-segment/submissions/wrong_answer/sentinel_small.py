input()
best = cur = -10**9
for v in map(int, input().split()):
    cur = max(cur, 0) + v
    if cur > best and cur != 0:
        best = cur
print(best)
