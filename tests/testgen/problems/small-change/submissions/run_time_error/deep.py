from functools import lru_cache
k, s = map(int, input().split())
coins = sorted(map(int, input().split()))
@lru_cache(None)
def f(v):
    if v == 0:
        return 0
    return min((f(v - c) + 1 for c in coins if c <= v), default=10**9)
r = f(s)
print(r if r < 10**9 else -1)
