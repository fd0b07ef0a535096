s = input()
n = len(s)
p = 1
while any([s[i] != s[i + p] for i in range(n - p)]):
    p += 1
print(p)
