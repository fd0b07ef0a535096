from math import isqrt
n = int(input())
for a in range(isqrt(n) + 1):
    for b in range(a, isqrt(n - a * a) + 1):
        c = isqrt(n - a * a - b * b)
        if a * a + b * b + c * c == n:
            print(0, a, b, c)
            raise SystemExit
print(1, 1, 1, 1)
