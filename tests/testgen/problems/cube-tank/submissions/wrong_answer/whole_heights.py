for _ in range(int(input())):
    a, v = map(int, input().split())
    h = 0
    while (h + 1) ** 3 + a * (h + 1) <= v:
        h += 1
    rest = v - h**3 - a * h
    print(h + rest / ((h + 1) ** 3 + a * (h + 1) - h**3 - a * h))
