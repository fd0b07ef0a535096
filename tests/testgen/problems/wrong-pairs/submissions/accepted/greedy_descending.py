n, k = map(int, input().split())
result = []
low, high = 1, n
for length in range(n, 0, -1):
    if k >= length - 1:
        result.append(high)
        high -= 1
        k -= length - 1
    else:
        result.append(low)
        low += 1
        if k and high - low + 1 <= k:
            pass
print(*result)
