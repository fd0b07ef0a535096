import sys

numbers = list(map(int, sys.stdin.read().split()))[1:]
events = sorted([(x, 1) for x in numbers[::2]] + [(x, -1) for x in numbers[1::2]])
total = watching = 0
last = None
for x, change in events:
    if watching:
        total += x - last
    watching += change
    last = x
print(total)
