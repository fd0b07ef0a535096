# in units of a thousand-millionth, with whole numbers
U = 10**9
for _ in range(int(input())):
    a, v = map(int, input().split())
    lo, hi = 0, 10**4 * U
    while lo < hi:
        mid = (lo + hi + 1) // 2
        if mid**3 + a * mid * U**2 <= v * U**3:
            lo = mid
        else:
            hi = mid - 1
    print(f"{lo // U}.{lo % U:09d}")
