import sys

n, *a = map(int, sys.stdin.read().split())
total = sum(a)
if total % 2:
    print("NO")
    sys.exit()
half = total // 2
can = [[False] * (half + 1) for _ in range(n + 1)]
can[n][0] = True
for i in range(n - 1, -1, -1):
    below = can[i + 1]
    can[i] = below[:]
    for s in range(a[i], half + 1):
        if below[s - a[i]]:
            can[i][s] = True
if not can[0][half]:
    print("NO")
else:
    print("YES")
    left = half
    for i in range(n):
        if not can[i + 1][left]:
            print(i + 1, end=" ")
            left -= a[i]
    print()
