s = input()
best = 1
for c in range(len(s)):
    k = 0
    while c - k - 1 >= 0 and c + k + 1 < len(s) and s[c - k - 1] == s[c + k + 1]:
        k += 1
    best = max(best, 2 * k + 1)
print(best)
