n = int(input())
v = list(map(int, input().split()))
h = sum(v) // 2
by = {0: None}
for i, c in enumerate(v):
    for s in list(by):
        by.setdefault(s + c, i)
if h in by:
    print("YES")
    out = []
    while h:
        out.append(by[h] + 1)
        h -= v[by[h]]
    print(*out)
else:
    print("NO")
