# with each further letter the record grows by at most two
s = input().strip()
best = 0
for end in range(1, len(s) + 1):
    for length in (best + 2, best + 1):
        word = s[end - length : end] if end >= length else ""
        if word and word == word[::-1]:
            best = length
            break
print(best)
