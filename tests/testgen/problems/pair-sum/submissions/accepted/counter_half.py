from collections import Counter

n, t = map(int, input().split())
c = Counter(map(int, input().split()))
ordered = sum(k * c[t - x] for x, k in c.items() if t - x in c)
if t % 2 == 0:
    ordered -= c.get(t // 2, 0)
print(ordered // 2)
