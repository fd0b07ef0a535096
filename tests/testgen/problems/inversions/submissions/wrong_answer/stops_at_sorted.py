import sys
a = list(map(int, sys.stdin.read().split()))[1:]
total = 0
for _ in range(60):
    swapped = 0
    for j in range(len(a) - 1):
        if a[j] > a[j + 1]:
            a[j], a[j + 1] = a[j + 1], a[j]
            swapped += 1
    total += swapped
    if not swapped:
        break
print(total)
