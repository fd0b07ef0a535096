def main():
    n, m = map(int, input().split())
    out = [{} for _ in range(n)]
    for _ in range(m):
        a, b, c = map(int, input().split())
        a, b = a - 1, b - 1
        out[a][b] = min(c, out[a].get(b, c))
    open_towns = {0: 0}
    closed = set()
    while open_towns:
        v = min(open_towns, key=open_towns.get)
        d = open_towns.pop(v)
        if v == n - 1:
            return d
        closed.add(v)
        for w, c in out[v].items():
            if w not in closed and d + c < open_towns.get(w, d + c + 1):
                open_towns[w] = d + c
    return -1


print(main())
