from math import isqrt
n = int(input())
for a in range(1, isqrt(n) + 1):
    for b in range(a, isqrt(n - a * a) + 1):
        for c in range(b, isqrt(n - a * a - b * b) + 1):
            d = isqrt(n - a * a - b * b - c * c)
            if d and a * a + b * b + c * c + d * d == n:
                print(a, b, c, d)
                raise SystemExit
print(0, 0, 0, isqrt(n))
