n, m = map(int, input().split())
friends = {}
for _ in range(m):
    a, b = map(int, input().split())
    friends.setdefault(a, set()).add(b)
    friends.setdefault(b, set()).add(a)
sign = {}
for s in friends:
    if s in sign:
        continue
    sign[s] = 1
    stack = [s]
    while stack:
        v = stack.pop()
        for w in friends[v] - sign.keys():
            sign[w] = -sign[v]
            stack.append(w)
print("no" if any(sign[v] == sign[w] for v in friends for w in friends[v]) else "yes")
