for _ in range(int(input())):
    a, v = map(int, input().split())
    print(v ** (1 / 3) if a == 0 else min(v ** (1 / 3), v / a))
