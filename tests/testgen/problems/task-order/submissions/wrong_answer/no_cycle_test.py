n, m = map(int, input().split())
near = [[] for _ in range(n + 1)]
for _ in range(m):
    a, b = map(int, input().split())
    near[a].append(b)
seen = [False] * (n + 1)
post = []
for s in range(1, n + 1):
    stack = [(s, 0)]
    while stack:
        v, done = stack.pop()
        if done:
            post.append(v)
        elif not seen[v]:
            seen[v] = True
            stack.append((v, 1))
            stack += [(w, 0) for w in near[v]]
print(*post[::-1])
