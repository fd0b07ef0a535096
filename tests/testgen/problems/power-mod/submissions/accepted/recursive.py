def power(a, b, m):
    if b == 0:
        return 1 % m
    half = power(a, b // 2, m)
    return half * half * (a if b % 2 else 1) % m


print(power(*map(int, input().split())))
