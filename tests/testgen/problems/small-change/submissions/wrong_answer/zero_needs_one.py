k, s = map(int, input().split())
coins = list(map(int, input().split()))
f = [10**6] * (s + 1)
for v in range(1, s + 1):
    for c in coins:
        if c == v:
            f[v] = 1
        elif c < v:
            f[v] = min(f[v], f[v - c] + 1)
print(f[s] if f[s] < 10**6 else -1)
