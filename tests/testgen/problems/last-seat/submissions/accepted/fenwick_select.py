def last(n, k):
    size = 1
    while size < n:
        size *= 2
    tree = [0] * (2 * size)
    for i in range(n):
        tree[size + i] = 1
    for i in range(size - 1, 0, -1):
        tree[i] = tree[2 * i] + tree[2 * i + 1]
    rank = 0
    for left in range(n, 0, -1):
        rank = (rank + k - 1) % left
        r, v = rank, 1
        while v < size:
            tree[v] -= 1
            v *= 2
            if r >= tree[v]:
                r -= tree[v]
                v += 1
        tree[v] = 0
    return v - size + 1


for _ in range(min(10, int(input()))):
    print(last(*map(int, input().split())))
