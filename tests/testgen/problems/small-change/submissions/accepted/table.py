k, s = map(int, input().split())
coins = list(map(int, input().split()))
least = [0] + [s + 1] * s
for v in range(1, s + 1):
    for c in coins:
        if c <= v and least[v - c] + 1 < least[v]:
            least[v] = least[v - c] + 1
print(least[s] if least[s] <= s else -1)
