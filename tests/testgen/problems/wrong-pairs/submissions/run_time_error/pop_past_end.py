n, k = map(int, input().split())
left = list(range(1, n + 1))
out = []
while left:
    out.append(left.pop(k))
    k = 0
print(*out)
