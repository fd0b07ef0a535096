from functools import lru_cache

n = int(input())
a = sorted(((int(w), i) for i, w in enumerate(input().split(), 1)), reverse=True)


@lru_cache(maxsize=None)
def pick(i, left):
    if left == 0:
        return ()
    if i == n or left < 0:
        return None
    for taken in (True, False):
        r = pick(i + 1, left - a[i][0] if taken else left)
        if r is not None:
            return (i, r) if taken else r
    return None


whole = sum(c for c, _ in a)
chain = None if whole % 2 else pick(0, whole // 2)
if chain is None:
    print("NO")
else:
    print("YES")
    while chain:
        i, chain = chain
        print(a[i][1], end=" ")
