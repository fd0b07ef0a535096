a, b, m = [int(w) for w in input().split()]
r = 1
for digit in bin(b)[2:]:
    r = r * r * (a if digit == "1" else 1) % m
print(r % m)
