for _ in range(int(input())):
    a, v = map(int, input().split())
    h = 0.0
    for _ in range(300):
        h -= (h**3 + a * h - v) / (3 * h * h + a)
    print(h)
