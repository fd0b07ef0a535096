names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
for _ in range(int(input())):
    y, m, d = map(int, input().split())
    p = y - 1
    leap = y % 4 == 0 and (y % 100 != 0 or y % 400 == 0)
    print(names[(365 * p + p // 4 - p // 100 + p // 400 + before[m - 1] + d - 1 + (leap and m >= 2)) % 7])
