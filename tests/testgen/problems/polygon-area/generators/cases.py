from cyaron import *
from math import atan2, gcd, pi  # behind the star: it brings a `math` of its own


def star(n, r):
    """Corners in the order of their angle around the origin: the border cannot cross itself."""
    seen = {}
    while len(seen) < n:
        x, y = randint(-r, r), randint(-r, r)
        if (x, y) == (0, 0):
            continue
        g = gcd(x, y)
        seen.setdefault((x // g, y // g), (x, y))
    return sorted(seen.values(), key=lambda p: atan2(p[1], p[0]))


for i in range(1, 51):
    n = 4 * randint(1, 2) if i <= 25 else randint(9, 60)
    # one ray in each quadrant at least, so that the origin lies inside
    while True:
        p = star(n, 10**9 if i % 3 == 0 else 50 if i % 3 == 1 else 1000)
        if all(any(a * x > 0 and b * y > 0 for x, y in p) for a in (1, -1) for b in (1, -1)):
            angles = [atan2(y, x) for x, y in p]
            gaps = [(b - a) % (2 * pi) for a, b in zip(angles, angles[1:] + angles[:1])]
            if max(gaps) < 3.1 and min(gaps) > 1e-8:
                break
    if i % 2:
        p.reverse()
    with IO(file_prefix="field", data_id=i, disable_output=True) as io:
        io.input_writeln(n)
        for corner in p:
            io.input_writeln(corner)
