n, m = map(int, input().split())
c = sorted(int(input().split()[2]) for _ in range(m))
print(sum(c[: n - 1]) if len(c) >= n - 1 else "impossible")
