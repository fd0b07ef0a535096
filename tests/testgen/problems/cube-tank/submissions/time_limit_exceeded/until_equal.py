for _ in range(int(input())):
    a, v = map(int, input().split())
    lo, hi = 0.0, 1e4
    while hi - lo > 1e-13:
        m = (lo + hi) / 2
        if m**3 + a * m < v:
            lo = m
        else:
            hi = m
    print(hi)
