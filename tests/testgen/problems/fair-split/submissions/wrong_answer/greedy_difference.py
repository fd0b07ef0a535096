n = int(input())
v = list(map(int, input().split()))
d, out = 0, []
for i in sorted(range(n), key=lambda i: -v[i]):
    if d <= 0:
        d += v[i]
        out.append(i + 1)
    else:
        d -= v[i]
print("NO" if d else "YES")
if not d:
    print(*out)
