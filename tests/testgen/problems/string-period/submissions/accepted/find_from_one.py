import sys

s = sys.stdin.readline().strip()
# candidates are only the places where the first few letters occur again
head = s[:8]
p = 1
while True:
    q = s.find(head, p)
    if q < 0:
        q = next((k for k in range(max(p, len(s) - 8), len(s)) if s[k:] == s[: len(s) - k]), len(s))
        print(q)
        break
    if s[q:] == s[: len(s) - q]:
        print(q)
        break
    p = q + 1
