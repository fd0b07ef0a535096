from decimal import ROUND_HALF_UP, Decimal

count = int(input())
total = Decimal(0)
for mark in input().split():
    total += Decimal(mark)
print((total / count).quantize(Decimal(1), rounding=ROUND_HALF_UP))
