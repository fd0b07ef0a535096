n, m = map(int, input().split())
p = list(range(2 * n + 2))
def f(x):
    while p[x] != x:
        p[x] = p[p[x]]
        x = p[x]
    return x
for _ in range(m):
    a, b = map(int, input().split())
    if a != b:
        p[f(2 * a)] = f(2 * b + 1)
        p[f(2 * b)] = f(2 * a + 1)
print("no" if any(f(2 * v) == f(2 * v + 1) for v in range(1, n + 1)) else "yes")
