n = int(input())
s = sum(map(int, input().split()))
c = 0.0
while c * n < s - n / 2:
    c += 1e-7
print(int(c))
