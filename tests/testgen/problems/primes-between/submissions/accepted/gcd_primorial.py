# one gcd with a product of many primes removes most; the others are divided by all of 6k +- 1
from math import gcd, isqrt, prod

l, r = map(int, input().split())
few = [p for p in range(2, 400) if all(p % q for q in range(2, isqrt(p) + 1))]
product = prod(few)
total = 0
for n in range(l, r + 1):
    if n in few:
        total += 1
        continue
    if n == 1 or gcd(n, product) > 1:
        continue
    # what is left without a factor below 400: a strong test to two bases (exact below 1 373 653) or all
    if n < 160000:
        total += 1
        continue
    k, e = n - 1, 0
    while not k & 1:
        k >>= 1
        e += 1
    ok = True
    for base in (2, 7, 61):
        y = pow(base, k, n)
        if y != 1 and all(pow(base, k << i, n) != n - 1 for i in range(e)):
            ok = False
            break
    total += ok
print(total)
