from math import isqrt


def split(n, parts):
    if parts == 1:
        r = isqrt(n)
        return [r] if r * r == n else None
    for a in range(isqrt(n), -1, -1):
        if a * a * parts < n:
            return None
        rest = split(n - a * a, parts - 1)
        if rest is not None:
            return [a] + rest
    return None


def search(n):
    for a in range(isqrt(n), -1, -1):
        rest = split(n - a * a, 3)
        if rest:
            return [a] + rest


print(*search(int(input())))
