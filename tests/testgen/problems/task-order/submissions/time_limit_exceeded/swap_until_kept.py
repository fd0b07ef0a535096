n, m = map(int, input().split())
rules = [tuple(map(int, input().split())) for _ in range(m)]
order = list(range(1, n + 1))
for _ in range(n * n):
    for a, b in rules:
        i, j = order.index(a), order.index(b)
        if i > j:
            order[i], order[j] = order[j], order[i]
            break
        if i == j:
            print("impossible")
            raise SystemExit
    else:
        print(*order)
        break
else:
    print("impossible")
