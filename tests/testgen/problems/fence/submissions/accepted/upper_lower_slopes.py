# for each x only the lowest and the highest tree matter
from math import sqrt

columns = {}
for _ in range(int(input())):
    x, y = map(int, input().split())
    low, high = columns.get(x, (y, y))
    columns[x] = (min(low, y), max(high, y))
xs = sorted(columns)


def chain(side, sign):
    h = []
    for x in xs:
        y = columns[x][side] * sign
        while len(h) >= 2 and (h[-1][1] - h[-2][1]) * (x - h[-1][0]) >= (y - h[-1][1]) * (h[-1][0] - h[-2][0]):
            h.pop()
        h.append((x, y))
    return sum(sqrt((a - c) ** 2 + (b - d) ** 2) for (a, b), (c, d) in zip(h, h[1:]))


ends = sum(columns[x][1] - columns[x][0] for x in (xs[0], xs[-1]))
print(chain(0, 1) + chain(1, -1) + ends)
