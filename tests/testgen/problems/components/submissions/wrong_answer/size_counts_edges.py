n, m = map(int, input().split())
parent = list(range(n + 1))
size = [1] * (n + 1)
def find(x):
    while parent[x] != x:
        parent[x] = parent[parent[x]]
        x = parent[x]
    return x
c = n
for _ in range(m):
    a, b = map(int, input().split())
    a, b = find(a), find(b)
    if a != b:
        c -= 1
        parent[a] = b
    if a != b or m > n:
        size[b] += size[a]
print(c, min(n, max(size)))
