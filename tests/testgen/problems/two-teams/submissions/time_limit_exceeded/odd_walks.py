n, m = map(int, input().split())
near = [set() for _ in range(n)]
for _ in range(m):
    a, b = map(int, input().split())
    near[a - 1].add(b - 1)
    near[b - 1].add(a - 1)
ok = True
for s in range(n):
    here = {s}
    for step in range(1, n + 1):
        following = set()
        for v in here:
            following |= near[v]
        here = following
        if step % 2 and s in here:
            ok = False
    if not ok:
        break
print("yes" if ok else "no")
