import sys


def cross(a, b, c):
    d = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (d > 0) - (d < 0)


def between(a, b, c):
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])


def meet(a, b, c, d):
    """Do the segments a-b and c-d have a point in common?"""
    if max(a[0], b[0]) < min(c[0], d[0]) or max(c[0], d[0]) < min(a[0], b[0]):
        return False
    if max(a[1], b[1]) < min(c[1], d[1]) or max(c[1], d[1]) < min(a[1], b[1]):
        return False
    s, t, u, v = cross(a, b, c), cross(a, b, d), cross(c, d, a), cross(c, d, b)
    if s != t and u != v:
        return True
    return (s == 0 and between(a, b, c)) or (t == 0 and between(a, b, d)) or (
        u == 0 and between(c, d, a)
    ) or (v == 0 and between(c, d, b))


def simple(p):
    n = len(p)
    for i in range(n):
        a, b, c = p[i], p[(i + 1) % n], p[(i + 2) % n]
        back = (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]) < 0
        if cross(a, b, c) == 0 and back:
            return False
    edges = sorted((min(p[i], p[(i + 1) % n]), max(p[i], p[(i + 1) % n]), i) for i in range(n))
    for k, (a, b, i) in enumerate(edges):
        for c, d, j in edges[k + 1 :]:
            if c[0] > b[0]:
                break
            if (i - j) % n in (1, n - 1):
                continue
            if meet(a, b, c, d):
                return False
    return True


data = sys.stdin.buffer.read()
try:
    rows = [tuple(map(int, line.split(b" "))) for line in data.split(b"\n")[:-1]]
    (n,), points = rows[0], rows[1:]
    same = f"{n}\n" + "".join(f"{x} {y}\n" for x, y in points)
except (ValueError, IndexError):
    sys.exit(43)
legal = same.encode() == data and 3 <= n <= 1000 and len(points) == n == len(set(points))
legal = legal and all(-(10**9) <= v <= 10**9 for point in points for v in point) and simple(points)
sys.exit(42 if legal else 43)
