k, s = map(int, input().split())
coins = list(map(int, input().split()))
f = [0]
for v in range(1, s + 1):
    f.append(min(f[v - c] + 1 for c in coins if c <= v))
print(f[s])
