# at each depth the last open bracket; no bracket is ever removed
for _ in range(int(input())):
    depth, last, ok = 0, {}, True
    for c in input().rstrip():
        k = "([{)]}".index(c)
        if k < 3:
            depth += 1
            last[depth] = k
        elif depth == 0 or last[depth] != k - 3:
            ok = False
            break
        else:
            depth -= 1
    print("yes" if ok and depth == 0 else "no")
