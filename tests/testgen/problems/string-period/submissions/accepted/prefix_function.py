s = input()
f = [0] * len(s)
k = 0
for i in range(1, len(s)):
    while k and s[i] != s[k]:
        k = f[k - 1]
    if s[i] == s[k]:
        k += 1
    f[i] = k
print(len(s) - f[-1])
