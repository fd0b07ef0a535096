# integral over the edges, each edge as a Fraction slope
from fractions import Fraction

n = int(input())
p = [tuple(map(int, input().split())) for _ in range(n)]
total = Fraction(0)
for (x1, y1), (x2, y2) in zip(p, p[1:] + p[:1]):
    if x1 != x2:
        slope = Fraction(y2 - y1, x2 - x1)
        shift = y1 - slope * x1
        total += slope * (x2 * x2 - x1 * x1) / 2 + shift * (x2 - x1)
print(abs(2 * total))
