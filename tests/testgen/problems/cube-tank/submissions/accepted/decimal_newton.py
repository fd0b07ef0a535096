from decimal import Decimal, getcontext

getcontext().prec = 40
for line in [input() for _ in range(int(input()))]:
    a, v = map(Decimal, line.split())
    h = Decimal(1) if v <= 1 + a else v.ln().__truediv__(3).exp()
    for _ in range(60):
        h = (2 * h**3 + v) / (3 * h * h + a)
    print(round(h, 12))
