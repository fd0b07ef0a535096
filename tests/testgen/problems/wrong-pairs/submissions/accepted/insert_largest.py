# a new largest number makes as many wrong pairs as it has numbers behind it
n, k = map(int, input().split())
row = []
for v in range(1, n + 1):
    jump = min(k, len(row))
    row.insert(len(row) - jump, v)
    k -= jump
print(*row)
