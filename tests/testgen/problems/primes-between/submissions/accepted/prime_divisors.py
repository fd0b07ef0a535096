from itertools import takewhile


def primes_to(n):
    found = []
    for k in range(2, n + 1):
        if all(k % p for p in takewhile(lambda p: p * p <= k, found)):
            found.append(k)
    return found


l, r = map(int, input().split())
divisors = primes_to(int(r**0.5) + 1)
left = set(range(max(l, 2), r + 1))
for p in divisors:
    left.difference_update(range(max(2 * p, -(-l // p) * p), r + 1, p))
print(len(left))
