anchors = [2, 0, 5, 3]  # of the centuries 0, 1, 2, 3 modulo 4; Sunday is 0
dooms = [3, 28, 14, 4, 9, 6, 11, 8, 5, 10, 7, 12]
q = int(input())
while q:
    q -= 1
    year, month, day = map(int, input().split())
    century, rest = divmod(year, 100)
    doomsday = anchors[century % 4] + rest // 12 + rest % 12 + rest % 12 // 4
    is_leap = year % 4 == 0 if year % 100 else year % 400 == 0
    fixed = dooms[month - 1] + (1 if is_leap and month < 3 else 0)
    print("Sun Mon Tue Wed Thu Fri Sat".split()[(doomsday + day - fixed) % 7])
