from datetime import date
for _ in range(int(input())):
    y, m, d = map(int, input().split())
    print(["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][date(y, m, d).weekday()])
