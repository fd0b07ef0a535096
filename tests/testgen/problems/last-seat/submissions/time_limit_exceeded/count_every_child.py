for _ in range(int(input())):
    n, k = map(int, input().split())
    sits = [True] * n
    left, c, i = n, 0, 0
    while left > 1:
        if sits[i]:
            c += 1
            if c == k:
                sits[i] = False
                left -= 1
                c = 0
        i = (i + 1) % n
    print(sits.index(True) + 1)
