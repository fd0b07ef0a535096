from functools import cmp_to_key
from math import dist

points = list({tuple(map(int, input().split())) for _ in range(int(input()))})
o = min(points, key=lambda p: (p[1], p[0]))
points.remove(o)


def order(a, b):
    c = (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])
    return -1 if c > 0 else 1 if c < 0 else (dist(a, o) > dist(b, o)) - (dist(a, o) < dist(b, o))


stack = [o]
for q in sorted(points, key=cmp_to_key(order)):
    while len(stack) > 1:
        a, b = stack[-2], stack[-1]
        if (b[0] - a[0]) * (q[1] - a[1]) - (b[1] - a[1]) * (q[0] - a[0]) > 0:
            break
        stack.pop()
    stack.append(q)
print(sum(dist(stack[i - 1], stack[i]) for i in range(len(stack))))
