# parent and parity to the parent
import sys


def main():
    n, m, *e = map(int, sys.stdin.read().split())
    up, odd, size = list(range(n + 1)), [0] * (n + 1), [1] * (n + 1)

    def top(v):
        p = 0
        while up[v] != v:
            p ^= odd[v]
            v = up[v]
        return v, p

    for k in range(0, 2 * m, 2):
        (a, p), (b, q) = top(e[k]), top(e[k + 1])
        if a == b:
            if p == q:
                return "no"
            continue
        if size[a] > size[b]:
            a, b = b, a
        up[a] = b
        odd[a] = p ^ q ^ 1
        size[b] += size[a]
    return "yes"


print(main())
