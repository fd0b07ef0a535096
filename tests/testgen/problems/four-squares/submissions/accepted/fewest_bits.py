# sums of two squares as the bits of one number, and the mirrored number laid over it
n = int(input())
one = 0
k = 0
while k * k <= n:
    one |= 1 << k * k
    k += 1
two = 0
for j in range(k):
    two |= one << j * j
two &= (1 << n + 1) - 1
mirrored = int(bin(two | 1 << n + 1)[:2:-1], 2)
both = two & mirrored
s = both.bit_length() - 1


def roots(v):
    for a in range(k):
        if v >= a * a and one >> v - a * a & 1:
            return a, next(b for b in range(k) if b * b == v - a * a)


print(*roots(s), *roots(n - s))
