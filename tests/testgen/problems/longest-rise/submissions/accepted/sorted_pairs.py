# equal values are ordered from right to left, and then positions must increase
n = int(input())
a = list(map(int, input().split()))
ends = []
for _, p in sorted((v, -i) for i, v in enumerate(a)):
    i = -p
    lo, hi = 0, len(ends)
    while lo < hi:
        m = (lo + hi) >> 1
        if ends[m] < i:
            lo = m + 1
        else:
            hi = m
    if lo == len(ends):
        ends.append(i)
    else:
        ends[lo] = i
print(len(ends))
