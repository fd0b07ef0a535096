a, b, m = map(int, input().split())
if b < 40:
    print(int(float(a) ** b % m) if float(a) ** b < 1e300 else 0)
else:
    print(pow(a, b, m))
