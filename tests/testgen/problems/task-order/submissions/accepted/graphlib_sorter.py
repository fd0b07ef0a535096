import sys
from graphlib import CycleError, TopologicalSorter

n, m, *e = map(int, sys.stdin.read().split())
sorter = TopologicalSorter({v: () for v in range(1, n + 1)})
loop = False
for a, b in zip(e[::2], e[1::2]):
    loop = loop or a == b
    if a != b:
        sorter.add(b, a)
try:
    order = list(sorter.static_order())
except CycleError:
    loop = True
print("impossible" if loop else " ".join(map(str, order)))
