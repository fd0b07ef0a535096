n = int(input())
s = sum(map(int, input().split()))
print((2 * s + n) // (2 * n))
