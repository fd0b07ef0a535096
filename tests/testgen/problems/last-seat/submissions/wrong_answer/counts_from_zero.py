for _ in range(int(input())):
    n, k = map(int, input().split())
    c, at = list(range(1, n + 1)), 0
    while len(c) > 1:
        at = (at + k) % len(c)
        c.pop(at)
    print(c[0])
