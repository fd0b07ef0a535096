n, m = map(int, input().split())
e = sorted(tuple(map(int, input().split()))[::-1] for _ in range(m))
p = list(range(n + 1))
def f(v):
    while p[v] != v:
        v = p[v]
    return v
t = 0
for c, a, b in e:
    a, b = f(a), f(b)
    if a != b:
        p[a] = b
        t += c
print(t if m >= n - 1 else "impossible")
