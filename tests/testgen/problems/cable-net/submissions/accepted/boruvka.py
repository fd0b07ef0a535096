import sys

rows = [tuple(map(int, line.split())) for line in sys.stdin]
n, m = rows[0]
edges = [(c, i, a, b) for i, (a, b, c) in enumerate(rows[1:]) if a != b]
group = list(range(n + 1))
total, groups = 0, n
while groups > 1:
    best = {}
    for edge in edges:
        c, i, a, b = edge
        x, y = group[a], group[b]
        if x != y:
            for g in (x, y):
                if g not in best or edge < best[g]:
                    best[g] = edge
    if not best:
        break
    for c, i, a, b in set(best.values()):
        x, y = group[a], group[b]
        if x != y:
            group = [y if g == x else g for g in group]
            total += c
            groups -= 1
print(total if groups == 1 else "impossible")
