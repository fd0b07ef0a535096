from functools import lru_cache
n = int(input())
a = list(map(int, input().split()))
if n > 900:
    a = a[:]
@lru_cache(None)
def g(i):
    best = 1
    for j in range(i - 1, -1, -1):
        if a[j] < a[i]:
            best = max(best, 1 + g(j))
    return best
print(max(g(i) for i in range(n - 1, -1, -1)))
