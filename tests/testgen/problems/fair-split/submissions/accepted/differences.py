# each coin goes left or right: the reachable differences
n = int(input())
coins = list(map(int, input().split()))
steps = [{0}]
for c in coins:
    steps.append({abs(d - c) for d in steps[-1]} | {d + c for d in steps[-1]})
if 0 not in steps[-1]:
    print("NO")
else:
    # backwards: a signed difference whose absolute value is in the layer
    d, first = 0, []
    for i in range(n - 1, -1, -1):
        c = coins[i]
        if abs(d - c) in steps[i]:
            d -= c
            first.append(i + 1)
        else:
            d += c
    print("YES")
    print(*first)
