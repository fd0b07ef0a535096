# sixteen powers in a table, four bits at a time
a, b, m = map(int, input().split())
table = [1]
for _ in range(15):
    table.append(table[-1] * a % m)
r = 1
for nibble in f"{b:x}":
    for _ in range(4):
        r = r * r % m
    r = r * table[int(nibble, 16)] % m
print(r % m)
