n, m = map(int, input().split())
edges = [tuple(map(int, input().split())) for _ in range(m)]
label = list(range(n + 1))
changed = True
while changed:
    changed = False
    new = label[:]
    for a, b in edges:
        low = min(label[a], label[b])
        if new[a] > low or new[b] > low:
            new[a] = min(new[a], low)
            new[b] = min(new[b], low)
            changed = True
    label = new
sizes = {}
for l in label[1:]:
    sizes[l] = sizes.get(l, 0) + 1
print(len(sizes), max(sizes.values()))
