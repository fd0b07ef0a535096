import sys

a = list(map(int, sys.stdin.read().split()))[1:]
order = sorted(range(len(a)), key=lambda i: (a[i], i))
size = 128
used = [0] * len(a)
block = [0] * (len(a) // size + 1)
total = 0
# from the smallest value up: how many smaller ones stand behind this place?
placed = 0
for p in order:
    b = p // size
    before = sum(block[:b]) + sum(used[b * size : p])
    total += placed - before
    used[p] = 1
    block[b] += 1
    placed += 1
print(total)
