# centuries are never leap years here
names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
for _ in range(int(input())):
    y, m, d = map(int, input().split())
    p = y - 1
    n = 365 * p + p // 4 - p // 100 + p // 500
    n += sum(lengths[: m - 1]) + d - 1
    n += m > 2 and y % 4 == 0 and y % 100 != 0
    print(names[(n - (365 * 2000 + 500 - 20 + 4)) % 7])
