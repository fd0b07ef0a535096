for _ in range(int(input())):
    n, k = map(int, input().split())
    s = 0
    for m in range(2, n + 1):
        s = (s + k) % m
    print(s or n)
