a, b, m = map(int, input().split())
print(0 if a % m == 0 else pow(a, b, m))
