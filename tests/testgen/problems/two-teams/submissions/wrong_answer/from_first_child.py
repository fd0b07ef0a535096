n, m = map(int, input().split())
near = [[] for _ in range(n + 1)]
for _ in range(m):
    a, b = map(int, input().split())
    near[a].append(b)
    near[b].append(a)
team, stack, ok = {1: 0}, [1], True
while stack:
    v = stack.pop()
    for w in near[v]:
        if w not in team:
            team[w] = 1 - team[v]
            stack.append(w)
        elif team[w] == team[v]:
            ok = False
print("yes" if ok else "no")
