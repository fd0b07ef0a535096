def main():
    n, m = map(int, input().split())
    near = [[] for _ in range(n + 1)]
    for _ in range(m):
        a, b = map(int, input().split())
        near[a].append(b)
    colour = [0] * (n + 1)
    finished = []
    for s in range(n, 0, -1):
        if colour[s]:
            continue
        colour[s] = 1
        path = [(s, iter(near[s]))]
        while path:
            v, rest = path[-1]
            for w in rest:
                if colour[w] == 1:
                    return "impossible"
                if colour[w] == 0:
                    colour[w] = 1
                    path.append((w, iter(near[w])))
                    break
            else:
                colour[v] = 2
                finished.append(v)
                path.pop()
    return " ".join(map(str, reversed(finished)))


print(main())
