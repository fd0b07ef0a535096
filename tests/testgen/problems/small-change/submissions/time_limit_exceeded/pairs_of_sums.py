k, s = map(int, input().split())
coins = list(map(int, input().split()))
f = [10**9] * (s + 1)
f[0] = 0
for c in coins:
    if c <= s:
        f[c] = 1
for v in range(1, s + 1):
    for a in range(1, v // 2 + 1):
        f[v] = min(f[v], f[a] + f[v - a])
print(f[s] if f[s] < 10**9 else -1)
