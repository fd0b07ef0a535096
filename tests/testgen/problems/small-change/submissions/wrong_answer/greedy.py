k, s = map(int, input().split())
n = 0
for c in sorted(map(int, input().split()), reverse=True):
    n += s // c
    s %= c
print(-1 if s else n)
