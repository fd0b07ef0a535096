n = int(input())
m = int(n**0.5) + 1
for a in range(m, -1, -1):
    for b in range(m, -1, -1):
        for c in range(m + 1):
            for d in range(m + 1):
                if a * a + b * b + c * c + d * d == n and a <= b <= c <= d:
                    print(a, b, c, d)
                    raise SystemExit
