# Bellman-Ford on the graph of all pairs, from the wrong end
n = int(input())
a = list(map(int, input().split()))
f = [1] * n
changed = True
while changed:
    changed = False
    for i in range(n - 1, -1, -1):
        for j in range(i):
            if a[j] < a[i] and f[j] >= f[i]:
                f[i] = f[j] + 1
                changed = True
print(max(f))
