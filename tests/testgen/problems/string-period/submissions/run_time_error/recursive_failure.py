s = input()
f = {0: 0, 1: 0}
def fail(n):
    if n not in f:
        k = fail(n - 1)
        while k and s[k] != s[n - 1]:
            k = fail(k)
        f[n] = k + (s[k] == s[n - 1])
    return f[n]
print(len(s) - fail(len(s)))
