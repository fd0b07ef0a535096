# all mirrors of one length as the bits of an integer, two lengths behind
s = input()
n = len(s)
where = {c: sum(1 << i for i, x in enumerate(s) if x == c) for c in set(s)}
full = (1 << n) - 1
older, old, best = full, full, 1  # lengths 0 and 1, by first letter
for length in range(2, n + 1):
    same = 0
    for mask in where.values():
        same |= mask & mask >> (length - 1)
    new = same & older >> 1
    if new:
        best = length
    older, old = old, new
print(best)
