n, m = map(int, input().split())
root = list(range(2 * n))


def find(x):
    while root[x] != x:
        root[x] = root[root[x]]
        x = root[x]
    return x


answer = "yes"
for _ in range(m):
    a, b = map(int, input().split())
    a, b = a - 1, b - 1
    root[find(a)] = find(b + n)
    root[find(b)] = find(a + n)
    if find(a) == find(a + n):
        answer = "no"
print(answer)
