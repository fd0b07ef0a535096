import math
from fractions import Fraction

n = int(input())
print(math.floor(Fraction(sum(map(int, input().split())), n) + Fraction(1, 2)))
