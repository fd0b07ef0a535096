n, m = map(int, input().split())
buckets = {}
for _ in range(m):
    a, b, c = map(int, input().split())
    buckets.setdefault(c, []).append((a, b))
part = {v: {v} for v in range(1, n + 1)}
price = 0
for c in sorted(buckets):
    for a, b in buckets[c]:
        small, large = sorted((part[a], part[b]), key=len)
        if small is not large:
            price += c
            large |= small
            for v in small:
                part[v] = large
print(price if len(part[1]) == n else "impossible")
