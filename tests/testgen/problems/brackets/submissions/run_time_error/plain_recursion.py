def inside(s, i):
    while i < len(s) and s[i] in "([{":
        closer = ")]}"["([{".index(s[i])]
        i = inside(s, i + 1)
        if i < 0 or i >= len(s) or s[i] != closer:
            return -1
        i += 1
    return i
for _ in range(int(input())):
    s = input()
    print("yes" if inside(s, 0) == len(s) else "no")
