n = int(input())
a = list(map(int, input().split()))
best = 0
for i in range(min(n, 300)):
    last, c = a[i], 1
    for x in a[i + 1 :]:
        if x > last:
            last = x
            c += 1
    best = max(best, c)
print(best)
