n = int(input())
v = list(map(int, input().split()))
by = {0: None}
for i, c in enumerate(v):
    for s in list(by):
        by.setdefault(s + c, i)
h = sum(v) / 2
out = []
while h:
    out.append(by[h] + 1)
    h -= v[by[h]]
print("YES")
print(*out)
