s = input()
r = s[::-1]
best = 0
prev = [0] * (len(s) + 1)
for a in s:
    cur = [0]
    for j, b in enumerate(r):
        cur.append(prev[j] + 1 if a == b else 0)
    best = max(best, max(cur))
    prev = cur
print(best)
