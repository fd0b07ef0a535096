from collections import deque
h, w = map(int, input().split())
t = "".join(input() for _ in range(h))
a, e = t.index("A"), t.index("E")
d, q = {a: 0}, deque([a])
while q:
    p = q.popleft()
    for n in (p - 1, p + 1, p - w, p + w):
        if 0 <= n < h * w and t[n] != "#" and n not in d:
            d[n] = d[p] + 1
            q.append(n)
print(d.get(e, -1))
