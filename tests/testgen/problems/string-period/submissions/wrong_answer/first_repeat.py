s = input()
n = len(s)
p = s.find(s[0], 1)
while 0 < p < n and s[p : 2 * p] != s[:p][: len(s[p : 2 * p])]:
    p = s.find(s[0], p + 1)
print(p if p > 0 else n)
