# digit after digit, as one does roots on paper
for _ in range(int(input())):
    a, v = map(int, input().split())
    h, step = 0.0, 8192.0
    while step > 1e-10:
        t = h + step
        if t * t * t + a * t <= v:
            h = t
        step /= 2
    print(h)
