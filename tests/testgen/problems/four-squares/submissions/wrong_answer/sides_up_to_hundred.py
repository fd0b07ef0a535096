n = int(input())
two = {}
for a in range(101):
    for b in range(a, 101):
        two.setdefault(a * a + b * b, (a, b))
for s, p in two.items():
    if n - s in two:
        print(*p, *two[n - s])
        break
else:
    print(0, 0, 0, 0)
