for _ in range(int(input())):
    n, k = map(int, input().split())
    s = 0
    for m in range(2, n):
        s = (s + k) % m
    print(min(n, (s + k) % n + 1 if n < 50 else s + 1))
