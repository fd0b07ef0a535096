n, m = map(int, input().split())
edges = set()
for _ in range(m):
    a, b = map(int, input().split())
    if a != b:
        edges.add((min(a, b), max(a, b)))
degree = [1] * (n + 1)
for a, b in edges:
    degree[a] += 1
    degree[b] += 1
print(max(1, n - len(edges)), max(degree))
