names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
for _ in range(int(input())):
    y, m, d = map(int, input().split())
    print(names[((y - 2001) * 365 + before[m - 1] + d - 1) % 7])
