# whole layers as sets: an edge inside a layer is an odd circle
n, m = map(int, input().split())
adj = {v: set() for v in range(1, n + 1)}
for _ in range(m):
    a, b = map(int, input().split())
    adj[a].add(b)
    adj[b].add(a)
left = set(adj)
ok = True
while left and ok:
    layer = {left.pop()}
    while layer:
        around = set()
        for v in layer:
            around |= adj[v]
        if around & layer:
            ok = False
            break
        layer = around & left
        left -= layer
print(("no", "yes")[ok])
