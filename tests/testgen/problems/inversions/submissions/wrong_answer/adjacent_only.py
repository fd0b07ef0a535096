import sys
a = list(map(int, sys.stdin.read().split()))[1:]
print(sum(x > y for x, y in zip(a, a[1:])))
