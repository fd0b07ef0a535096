n, m = map(int, input().split())
edges = sorted(tuple(map(int, input().split()))[::-1] for _ in range(m))
root = list(range(n + 1))


def find(v):
    while root[v] != v:
        root[v] = v = root[root[v]]
    return v


total, parts = 0, n
for c, b, a in edges:
    a, b = find(a), find(b)
    if a != b:
        root[a] = b
        total += c
        parts -= 1
print(total if parts == 1 else "impossible")
