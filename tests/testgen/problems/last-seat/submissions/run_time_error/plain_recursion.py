def f(n, k):
    return 0 if n == 1 else (f(n - 1, k) + k) % n
for _ in range(int(input())):
    n, k = map(int, input().split())
    print(f(n, k) + 1)
