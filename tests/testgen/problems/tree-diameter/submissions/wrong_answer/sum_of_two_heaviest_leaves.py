n = int(input())
deg = [0] * (n + 1)
e = []
for _ in range(n - 1):
    a, b, w = map(int, input().split())
    deg[a] += 1
    deg[b] += 1
    e.append((w, a, b))
e.sort(reverse=True)
print(sum(w for w, a, b in e if deg[a] == 1 or deg[b] == 1) if n < 4 else sum(w for w, _, _ in e[: n // 2 + 1]))
