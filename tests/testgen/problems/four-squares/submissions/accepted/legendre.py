# powers of 4 are taken out; then a fourth square is found so that the rest is a sum of three
from math import isqrt

n = int(input())
scale = 1
while n and n % 4 == 0:
    n //= 4
    scale *= 2


def three(m):
    for a in range(isqrt(m), -1, -1):
        r = m - a * a
        for b in range(isqrt(r // 2) + 1):
            c = isqrt(r - b * b)
            if c * c == r - b * b:
                return [a, b, c]


for d in (0, 1, 2, 3):
    m = n - d * d
    if m < 0:
        continue
    t = m
    while t and t % 4 == 0:
        t //= 4
    if t % 8 != 7:
        print(*[scale * v for v in three(m) + [d]])
        break
