for _ in range(int(input())):
    n, k = map(int, input().split())
    if k == 2:
        print(2 * (n - (1 << n.bit_length() - 1)) + 1)
    elif k == 1:
        print(n)
    else:
        p = 1
        while p * k <= n:
            p *= k
        print((k * (n - p)) % n + 1)
