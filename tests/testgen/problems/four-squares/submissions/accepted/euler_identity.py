# four squares of the prime factors, put together with Euler's identity
from math import isqrt

import sys


def factors(n):
    p = 2
    while p * p <= n:
        while n % p == 0:
            yield p
            n //= p
        p += 1
    if n > 1:
        yield n


def of_prime(p):
    for a in range(isqrt(p), -1, -1):
        for b in range(isqrt(p - a * a), -1, -1):
            r = p - a * a - b * b
            for c in range(min(b, isqrt(r)), -1, -1):
                d = isqrt(r - c * c)
                if d * d == r - c * c:
                    return a, b, c, d


n = int(sys.stdin.read())
if n == 0:
    print(0, 0, 0, 0)
else:
    w = (1, 0, 0, 0)
    for p in factors(n):
        a, b, c, d = w
        e, f, g, h = of_prime(p)
        w = (
            a * e + b * f + c * g + d * h,
            a * f - b * e + c * h - d * g,
            a * g - b * h - c * e + d * f,
            a * h + b * g - c * f - d * e,
        )
    print(*map(abs, w))
