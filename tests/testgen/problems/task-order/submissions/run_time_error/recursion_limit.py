n, m = map(int, input().split())
near = {v: [] for v in range(1, n + 1)}
for _ in range(m):
    a, b = map(int, input().split())
    near[a].append(b)
state, post = {}, []
def go(v):
    if state.get(v) == 1:
        print("impossible")
        raise SystemExit
    if v not in state:
        state[v] = 1
        for w in near[v]:
            go(w)
        state[v] = 2
        post.append(v)
for v in near:
    go(v)
print(*post[::-1])
