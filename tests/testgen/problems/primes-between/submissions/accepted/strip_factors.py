# every number of the window is divided by its small prime factors; what is left untouched is prime
l, r = (int(w) for w in input().split())
rest = list(range(l, r + 1))
mark = [False] * len(rest)
d = 2
while d * d <= r:
    first = -l % d
    for i in range(first, len(rest), d):
        if rest[i] % d == 0 and l + i != d:
            mark[i] = True
            while rest[i] % d == 0:
                rest[i] //= d
    d += 1 if d == 2 else 2
print(sum(not m and l + i > 1 for i, m in enumerate(mark)))
