s = input()
n = len(s)
best = 0
for centre in range(2 * n - 1):
    i, j = centre // 2, (centre + 1) // 2
    while i >= 0 and j < n and s[i] == s[j]:
        i -= 1
        j += 1
    best = max(best, j - i - 1)
print(best)
