# one round at a time: strikes out with slices
for _ in range(int(input())):
    n, k = map(int, input().split())
    row = list(range(1, n + 1))
    offset = 0  # how many were counted since the last one left
    while len(row) > 1:
        m = len(row)
        first = k - 1 - offset
        if first < m and k > 1:
            leaving = (m - first - 1) // k + 1
            if leaving >= m:
                leaving = m - 1
            offset = (m - 1 - (first + (leaving - 1) * k))
            del row[first :: k]
        elif k == 1:
            row = row[-1:]
        else:
            at = first % m
            row = row[at + 1 :] + row[:at]
            offset = 0
    print(row[0])
