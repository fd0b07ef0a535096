import sys


def farthest(near, start):
    best = (0, start)
    stack = [(start, 0, 0)]
    while stack:
        v, parent, d = stack.pop()
        best = max(best, (d, v))
        for w, length in near[v]:
            if w != parent:
                stack.append((w, v, d + length))
    return best


n, *rest = map(int, sys.stdin.read().split())
near = [[] for _ in range(n + 1)]
for a, b, w in zip(rest[::3], rest[1::3], rest[2::3]):
    near[a].append((b, w))
    near[b].append((a, w))
print(farthest(near, farthest(near, 1)[1])[0])
