from math import isqrt
n = int(input())
out = []
for _ in range(4):
    r = isqrt(n)
    out.append(r)
    n -= r * r
print(*out)
