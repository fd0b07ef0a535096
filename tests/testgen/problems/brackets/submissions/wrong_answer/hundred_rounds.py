for _ in range(int(input())):
    s = input()
    for _ in range(100):
        s = s.replace("()", "").replace("[]", "").replace("{}", "")
    print("no" if s else "yes")
