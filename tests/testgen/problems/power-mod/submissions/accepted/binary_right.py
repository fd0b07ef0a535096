a, b, m = map(int, input().split())
result = 1 % m
a %= m
while b:
    if b & 1:
        result = result * a % m
    a = a * a % m
    b >>= 1
print(result)
