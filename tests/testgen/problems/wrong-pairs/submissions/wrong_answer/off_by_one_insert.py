n, k = map(int, input().split())
row = []
for v in range(1, n + 1):
    jump = min(k, max(0, len(row) - 1))
    row.insert(len(row) - jump, v)
    k -= jump
print(*row)
