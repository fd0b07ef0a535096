n, k = map(int, input().split())
a = list(range(1, n + 1))
for i in range(n - 1):
    if k:
        a[i], a[i + 1] = a[i + 1], a[i]
        k -= 1
print(*a)
