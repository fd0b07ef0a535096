import sys


def main():
    n, m, *e = map(int, sys.stdin.read().split())
    near = [[] for _ in range(n + 1)]
    for a, b in zip(e[::2], e[1::2]):
        near[a].append(b)
        near[b].append(a)
    seen = [False] * (n + 1)
    circles = largest = 0
    for start in range(1, n + 1):
        if seen[start]:
            continue
        seen[start] = True
        stack, size = [start], 0
        while stack:
            v = stack.pop()
            size += 1
            for w in near[v]:
                if not seen[w]:
                    seen[w] = True
                    stack.append(w)
        circles += 1
        largest = max(largest, size)
    print(circles, largest)


main()
