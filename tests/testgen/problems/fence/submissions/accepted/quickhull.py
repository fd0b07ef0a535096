import sys


def far_side(a, b, points):
    """Length of the fence from a to b around all points on the left."""
    left = []
    for q in points:
        c = (b[0] - a[0]) * (q[1] - a[1]) - (b[1] - a[1]) * (q[0] - a[0])
        if c > 0:
            left.append((c, q))
    if not left:
        return abs(complex(*a) - complex(*b))
    top = max(left)[1]
    rest = [q for _, q in left]
    return far_side(a, top, rest) + far_side(top, b, rest)


sys.setrecursionlimit(5000)
rows = sys.stdin.read().split("\n")
trees = sorted(tuple(map(int, row.split())) for row in rows[1:] if row)
print("%.9f" % (far_side(trees[0], trees[-1], trees) + far_side(trees[-1], trees[0], trees)))
