s = input()
best, i = 1, 0
while i < len(s):
    for j in range(len(s), i, -1):
        if s[i:j] == s[i:j][::-1]:
            best = max(best, j - i)
            i = max(i + 1, j - 1)
            break
print(best)
