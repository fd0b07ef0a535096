# h = 2 sqrt(a/3) sinh(t), because 4 sinh^3 + 3 sinh = sinh 3t
from math import asinh, sinh, sqrt

q = int(input())
for _ in range(q):
    a, v = map(float, input().split())
    if a == 0:
        print(v ** (1 / 3))
    else:
        r = sqrt(a / 3)
        print("%.10f" % (2 * r * sinh(asinh(v / (2 * r**3)) / 3)))
