n, m = map(int, input().split())
pairs = [tuple(map(int, input().split())) for _ in range(m)]
for mask in range(1 << (n - 1)):
    if all((mask >> a - 1 ^ mask >> b - 1) & 1 for a, b in pairs):
        print("yes")
        break
else:
    print("no")
