a, b, m = input().split()
a, m = int(a), int(m)
r = 1
for d in b:
    r = r**10 * a ** int(d) % m if a < 50 else r**10 % m * (a % m) ** int(d) % m
print(r % m)
