n, k = map(int, input().split())
m = 1
while m * (m + 1) // 2 <= k and m < n:
    m += 1
print(*range(m, 0, -1), *range(m + 1, n + 1))
