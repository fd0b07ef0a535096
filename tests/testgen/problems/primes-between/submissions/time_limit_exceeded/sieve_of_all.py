l, r = map(int, input().split())
s = [True] * (r + 1)
for p in range(2, r + 1):
    if s[p]:
        for m in range(2 * p, r + 1, p):
            s[m] = False
print(sum(s[max(l, 2) : r + 1]))
