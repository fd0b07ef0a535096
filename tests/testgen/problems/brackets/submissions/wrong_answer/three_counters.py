for _ in range(int(input())):
    d = [0, 0, 0]
    ok = True
    for c in input():
        k = "([{)]}".index(c)
        d[k % 3] += 1 if k < 3 else -1
        ok = ok and d[k % 3] >= 0
    print("yes" if ok and not any(d) else "no")
