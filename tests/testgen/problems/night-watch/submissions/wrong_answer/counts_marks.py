n = int(input())
total, end = 0, -(10**18)
for l, r in sorted(tuple(map(int, input().split())) for _ in range(n)):
    if l > end:
        total += r - l + 1
        end = r
    elif r > end:
        total += r - end
        end = r
print(total)
