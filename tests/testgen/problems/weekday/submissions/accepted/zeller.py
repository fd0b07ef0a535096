names = ["Sat", "Sun", "Mon", "Tue", "Wed", "Thu", "Fri"]
for _ in range(int(input())):
    y, m, d = map(int, input().split())
    if m < 3:
        m += 12
        y -= 1
    k, j = y % 100, y // 100
    print(names[(d + 13 * (m + 1) // 5 + k + k // 4 + j // 4 + 5 * j) % 7])
