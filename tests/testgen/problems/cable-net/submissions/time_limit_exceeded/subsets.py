from itertools import combinations
n, m = map(int, input().split())
edges = [tuple(map(int, input().split())) for _ in range(m)]
best = None
for chosen in combinations(edges, n - 1):
    label = list(range(n + 1))
    for a, b, c in chosen:
        x, y = label[a], label[b]
        label = [x if l == y else l for l in label]
    if len(set(label[1:])) == 1:
        s = sum(c for _, _, c in chosen)
        best = s if best is None else min(best, s)
print("impossible" if best is None else best)
