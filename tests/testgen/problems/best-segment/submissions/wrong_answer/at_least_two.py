input()
h = list(map(int, input().split()))
best = max(h[0], h[-1])
low = 0
s = 0
for i, v in enumerate(h):
    s += v
    best = max(best, s - low)
    low = min(low, s) if i else low
print(best)
