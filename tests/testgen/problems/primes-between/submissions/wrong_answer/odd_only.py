l, r = map(int, input().split())
def prime(n):
    if n < 2:
        return False
    d = 3
    while d * d <= n:
        if n % d == 0:
            return False
        d += 2
    return n % 2 == 1
print(sum(map(prime, range(l, r + 1))))
