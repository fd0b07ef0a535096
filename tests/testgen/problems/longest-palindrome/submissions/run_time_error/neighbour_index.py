s = input()
best = 1
for i in range(len(s)):
    for a, b in ((i, i), (i, i + 1)):
        while s[a] == s[b]:
            best = max(best, b - a + 1)
            a, b = a - 1, b + 1
            if a < 0:
                break
print(best)
