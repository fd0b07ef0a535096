input()
last, count = None, 0
for x in map(int, input().split()):
    if last is None or x > last:
        last = x
        count += 1
print(count)
