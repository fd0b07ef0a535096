n, m = map(int, input().split())
near = {}
ok = m <= n * n // 4
for _ in range(m):
    a, b = map(int, input().split())
    ok = ok and a != b
    near.setdefault(a, set()).add(b)
    near.setdefault(b, set()).add(a)
for v in near:
    for w in near[v]:
        for x in near[w]:
            if x in near[v]:
                ok = False
print("yes" if ok else "no")
