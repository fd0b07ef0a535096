from functools import reduce


def merge(a, b):
    return (a[0] + b[0], max(a[1], a[0] + b[1]), max(b[2], b[0] + a[2]), max(a[3], b[3], a[2] + b[1]))


input()
print(reduce(merge, ((v, v, v, v) for v in map(int, input().split())))[3])
