for _ in range(int(input())):
    a, v = map(int, input().split())
    h = 0.0
    while h**3 + a * h < v:
        h += 1e-6
    print(h)
