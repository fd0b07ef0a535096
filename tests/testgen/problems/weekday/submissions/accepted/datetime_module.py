from datetime import date

for _ in range(int(input())):
    print("Mon Tue Wed Thu Fri Sat Sun".split()[date(*map(int, input().split())).weekday()])
