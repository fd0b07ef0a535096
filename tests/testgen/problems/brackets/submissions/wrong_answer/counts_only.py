for _ in range(int(input())):
    s = input()
    print("yes" if all(s.count(a) == s.count(b) for a, b in ("()", "[]", "{}")) else "no")
