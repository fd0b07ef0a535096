import math
import sys

n, *marks = map(int, sys.stdin.read().split())
print(math.ceil(sum(marks) / n - 0.5))
