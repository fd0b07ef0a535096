n, k = map(int, input().split())
r = k % n if k < n else n - 1
a = list(range(1, n + 1))
a.insert(0, a.pop(r))
print(*a)
