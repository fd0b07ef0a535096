k, s = map(int, input().split())
coins = sorted(map(int, input().split()), reverse=True)
best = -1
for skip in range(k):
    rest, n = s, 0
    for c in coins[skip:]:
        n += rest // c
        rest %= c
    if rest == 0 and (best < 0 or n < best):
        best = n
print(best)
