def leap(y):
    return y % 400 == 0 or (y % 4 == 0 and y % 100 != 0)


def days(y, m, d):
    past = y - 1
    total = past * 365 + past // 4 - past // 100 + past // 400
    for month, length in enumerate([31, 28 + leap(y), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], 1):
        if month < m:
            total += length
    return total + d


start = days(2001, 1, 1)
for _ in range(int(input())):
    print(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][(days(*map(int, input().split())) - start) % 7])
