n = int(input())
coins = list(map(int, input().split()))
half, odd = divmod(sum(coins), 2)
by = {0: None}
for i, c in enumerate(coins):
    for s in list(by):
        if s + c <= half and s + c not in by:
            by[s + c] = i
if odd or half not in by:
    print("NO")
else:
    chosen, s = [], half
    while s:
        chosen.append(by[s] + 1)
        s -= coins[by[s]]
    print("YES")
    print(*chosen)
