def power(a, b, m):
    if b == 0:
        return 1 % m
    if b == 1:
        return a % m
    return power(a, b // 2, m) * power(a, b - b // 2, m) % m
print(power(*map(int, input().split())))
