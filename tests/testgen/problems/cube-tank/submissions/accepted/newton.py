import sys

numbers = list(map(int, sys.stdin.read().split()))[1:]
for a, v in zip(numbers[::2], numbers[1::2]):
    h = 10000.0
    for _ in range(200):
        slope = 3 * h * h + a
        if slope == 0:
            break
        h -= (h**3 + a * h - v) / slope
    print(f"{h:.9f}")
