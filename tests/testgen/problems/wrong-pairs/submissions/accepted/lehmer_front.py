n, k = map(int, input().split())
left = list(range(1, n + 1))
out = []
while left:
    step = min(k, len(left) - 1)
    out.append(left.pop(step))
    k -= step
print(*out)
