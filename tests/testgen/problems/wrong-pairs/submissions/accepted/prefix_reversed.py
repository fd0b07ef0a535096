n, k = map(int, input().split())
m = 1
while m * (m + 1) // 2 <= k and m < n:
    m += 1
# the first m numbers turned round give m(m-1)/2 <= k wrong pairs; one more number moves in
row = list(range(m, 0, -1))
rest = k - m * (m - 1) // 2
tail = list(range(m + 1, n + 1))
if rest:
    row.insert(m - rest, tail.pop(0))
print(*row, *tail)
