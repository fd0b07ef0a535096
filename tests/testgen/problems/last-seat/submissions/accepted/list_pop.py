import sys

numbers = [int(w) for w in sys.stdin.read().split()]
for n, k in zip(numbers[1::2], numbers[2::2]):
    circle = list(range(1, n + 1))
    at = 0
    while len(circle) > 1:
        at = (at + k - 1) % len(circle)
        circle.pop(at)
    print(circle[0])
