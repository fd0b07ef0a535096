import random
random.seed(1)
n, k = map(int, input().split())
a = list(range(1, n + 1))
while sum(a[i] > a[j] for i in range(n) for j in range(i + 1, n)) != k:
    random.shuffle(a)
print(*a)
