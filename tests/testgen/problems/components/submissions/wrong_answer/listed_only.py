n, m = map(int, input().split())
parent = {}
def find(x):
    parent.setdefault(x, x)
    while parent[x] != x:
        x = parent[x]
    return x
for _ in range(m):
    a, b = map(int, input().split())
    a, b = find(a), find(b)
    parent[max(a, b)] = min(a, b)
sizes = {}
for v in list(parent):
    r = find(v)
    sizes[r] = sizes.get(r, 0) + 1
print(len(sizes) or n, max(sizes.values(), default=1))
