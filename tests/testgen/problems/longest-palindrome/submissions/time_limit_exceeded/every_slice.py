s = input()
best = 0
for i in range(len(s)):
    for j in range(i + 1, len(s) + 1):
        if all(s[i + k] == s[j - 1 - k] for k in range(j - i)):
            best = max(best, j - i)
print(best)
