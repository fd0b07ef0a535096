n, m = map(int, input().split())
need = [0] * (n + 1)
for _ in range(m):
    a, b = map(int, input().split())
    need[b] += 1
print(*sorted(range(1, n + 1), key=lambda v: need[v]))
