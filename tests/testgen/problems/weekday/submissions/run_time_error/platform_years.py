import datetime
for _ in range(int(input())):
    y, m, d = input().split()
    print(datetime.datetime.strptime(f"{int(y) - 1000}-{m}-{d}", "%Y-%m-%d").replace(year=int(y)).strftime("%a"))
