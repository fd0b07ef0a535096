for _ in range(int(input())):
    a, v = map(int, input().split())
    lo, hi = 0.0, 10001.0
    for _ in range(100):
        mid = (lo + hi) / 2
        if mid * (mid * mid + a) < v:
            lo = mid
        else:
            hi = mid
    print(lo)
