n = int(input())
a = list(map(int, input().split()))
rank = {v: r for r, v in enumerate(sorted(set(a)), 1)}
tree = [0] * (len(rank) + 1)
best = 0
for v in a:
    r = rank[v]
    i, longest = r - 1, 0
    while i > 0:
        longest = max(longest, tree[i])
        i -= i & -i
    longest += 1
    best = max(best, longest)
    while r < len(tree):
        if tree[r] < longest:
            tree[r] = longest
        r += r & -r
print(best)
