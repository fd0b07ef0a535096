n, m = map(int, input().split())
near = [set() for _ in range(n + 1)]
e = []
for _ in range(m):
    a, b = map(int, input().split())
    near[a].add(b)
    near[b].add(a)
    e.append((a, b))
print("no" if any(near[a] & near[b] for a, b in e) else "yes")
