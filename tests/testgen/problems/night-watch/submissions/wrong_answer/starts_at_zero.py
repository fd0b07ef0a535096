n = int(input())
total = end = 0
for l, r in sorted(tuple(map(int, input().split())) for _ in range(n)):
    if r > end:
        total += r - max(l, end)
        end = r
print(total)
