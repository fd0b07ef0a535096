s = input()
n = len(s)
for p in range(1, n + 1):
    t = ""
    for i in range(n):
        t += s[i % p]
    if t == s:
        print(p)
        break
