n = int(input())
h = list(map(int, input().split()))
best = max(h)
s = 0
for v in h:
    s += v
    best = max(best, s)
print(best)
