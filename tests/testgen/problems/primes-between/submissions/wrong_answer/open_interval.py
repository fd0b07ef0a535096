l, r = map(int, input().split())
def prime(n):
    if n < 2 or n % 2 == 0:
        return n == 2
    d = 3
    while d * d <= n:
        if n % d == 0:
            return False
        d += 2
    return True
print(sum(prime(n) for n in range(l, r)))
