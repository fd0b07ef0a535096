def power(a, b, m):
    if b == 0:
        return 1 % m
    return a * power(a, b - 1, m) % m
print(power(*map(int, input().split())))
