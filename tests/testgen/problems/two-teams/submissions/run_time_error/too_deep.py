n, m = map(int, input().split())
near = [[] for _ in range(n + 1)]
for _ in range(m):
    a, b = map(int, input().split())
    near[a].append(b)
    near[b].append(a)
team = {}
def put(v, t):
    if v in team:
        return team[v] == t
    team[v] = t
    return all([put(w, 1 - t) for w in near[v]])
print("yes" if all([put(v, 0) for v in range(1, n + 1) if v not in team]) else "no")
