k, s = map(int, input().split())
f = [1] + [0] * s
for c in map(int, input().split()):
    for v in range(c, s + 1):
        f[v] += f[v - c]
print(f[s] if f[s] else -1)
