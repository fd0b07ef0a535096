import sys

_, *c = map(int, sys.stdin.read().split())
xs, ys = c[::2], c[1::2]
area = 0
for x1, y1, x2, y2 in zip(xs, ys, xs[1:] + xs[:1], ys[1:] + ys[:1]):
    area += (x2 - x1) * (y1 + y2)
print(area if area >= 0 else -area)
