# takes every modulus above 100000 that has no small divisor for a prime
a, b, m = map(int, input().split())
if m > 100000 and all(m % p for p in (2, 3, 5, 7)) and a % m:
    b %= m - 1
print(pow(a, b, m))
