import sys

text = sys.stdin.readline().rstrip("\n")
mirrored = text[::-1]
n = len(text)


def found(length):
    return any(text[i : i + length] == mirrored[n - i - length : n - i] for i in range(n - length + 1))


# mirrors of one parity are nested: a longer one contains all the shorter ones
best = 1
for parity in (0, 1):
    lo, hi = 0, (n - parity) // 2
    while lo < hi:
        mid = (lo + hi + 1) // 2
        if found(2 * mid + parity):
            lo = mid
        else:
            hi = mid - 1
    best = max(best, 2 * lo + parity)
print(best)
