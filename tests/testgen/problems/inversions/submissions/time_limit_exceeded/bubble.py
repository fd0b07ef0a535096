import sys
a = list(map(int, sys.stdin.read().split()))[1:]
total = 0
swapped = True
while swapped:
    swapped = False
    for j in range(len(a) - 1):
        if a[j] > a[j + 1]:
            a[j], a[j + 1] = a[j + 1], a[j]
            total += 1
            swapped = True
print(total)
