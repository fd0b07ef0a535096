swap = str.maketrans("()[]{}", ")(][}{")
for _ in range(int(input())):
    s = input()
    print("yes" if s == s[::-1].translate(swap) else "no")
