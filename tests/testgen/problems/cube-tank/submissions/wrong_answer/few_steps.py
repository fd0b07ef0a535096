for _ in range(int(input())):
    a, v = map(int, input().split())
    lo, hi = 0.0, 10000.0
    for _ in range(20):
        m = (lo + hi) / 2
        if m**3 + a * m < v:
            lo = m
        else:
            hi = m
    print(round(lo, 6))
