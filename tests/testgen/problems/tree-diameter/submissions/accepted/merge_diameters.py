# a tree's longest walk ends at two of the four ends of the two joined parts' longest walks
def main():
    n = int(input())
    edges = [tuple(map(int, input().split())) for _ in range(n - 1)]
    near = [[] for _ in range(n + 1)]
    for a, b, w in edges:
        near[a].append((b, w))
        near[b].append((a, w))
    up, level, dist = [0] * (n + 1), [0] * (n + 1), [0] * (n + 1)
    order = [1]
    for v in order:
        for u, w in near[v]:
            if u != up[v]:
                up[u], level[u], dist[u] = v, level[v] + 1, dist[v] + w
                order.append(u)
    # grows from the root: the farthest pair so far, and the new place
    steps = [up]
    for _ in range(12):
        last = steps[-1]
        steps.append([last[x] for x in last])

    def between(x, y):
        s = dist[x] + dist[y]
        if level[x] < level[y]:
            x, y = y, x
        gap = level[x] - level[y]
        k = 0
        while gap:
            if gap & 1:
                x = steps[k][x]
            gap >>= 1
            k += 1
        if x != y:
            for table in reversed(steps):
                if table[x] != table[y]:
                    x, y = table[x], table[y]
            x = up[x]
        return s - 2 * dist[x]

    a = b = 1
    d = 0
    for v in order[1:]:
        for end in (a, b):
            new = between(v, end)
            if new > d:
                d, pair = new, (v, end)
        if d and (a, b) != pair:
            a, b = pair
    print(d)


main()
