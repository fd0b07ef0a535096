# a^(n-1) = 1 for the base 2
l, r = map(int, input().split())
print(sum(n == 2 or (n > 2 and n % 2 and pow(2, n - 1, n) == 1) for n in range(l, r + 1)))
