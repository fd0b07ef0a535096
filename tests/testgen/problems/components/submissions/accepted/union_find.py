from collections import Counter


def find(x):
    while parent[x] != x:
        parent[x] = parent[parent[x]]
        x = parent[x]
    return x


n, m = map(int, input().split())
parent = list(range(n))
for _ in range(m):
    a, b = map(int, input().split())
    parent[find(a - 1)] = find(b - 1)
sizes = Counter(find(v) for v in range(n))
print(len(sizes), max(sizes.values()))
