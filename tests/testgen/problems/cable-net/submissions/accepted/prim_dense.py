def main():
    n, m = map(int, input().split())
    price = [dict() for _ in range(n)]
    for _ in range(m):
        a, b, c = map(int, input().split())
        a, b = a - 1, b - 1
        if c < price[a].get(b, c + 1):
            price[a][b] = price[b][a] = c
    cheapest = dict(price[0])
    left = set(range(1, n))
    total = 0
    while left:
        candidates = [(c, v) for v, c in cheapest.items() if v in left]
        if not candidates:
            return "impossible"
        c, v = min(candidates)
        total += c
        left.remove(v)
        for w, x in price[v].items():
            if w in left and x < cheapest.get(w, x + 1):
                cheapest[w] = x
    return total


print(main())
