import sys


def main():
    a = list(map(int, sys.stdin.read().split()))[1:]
    rank = {v: i + 1 for i, v in enumerate(sorted(set(a)))}
    m = len(rank)
    tree = [0] * (m + 1)
    total = 0
    for done, v in enumerate(a):
        i = r = rank[v]
        not_above = 0
        while i:
            not_above += tree[i]
            i &= i - 1
        total += done - not_above
        while r <= m:
            tree[r] += 1
            r += r & -r
    print(total)


main()
