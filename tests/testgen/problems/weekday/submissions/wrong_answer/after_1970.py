import time
import calendar
for _ in range(int(input())):
    y, m, d = map(int, input().split())
    t = max(0, calendar.timegm((y, m, d, 0, 0, 0)))
    print(time.strftime("%a", time.gmtime(t)))
