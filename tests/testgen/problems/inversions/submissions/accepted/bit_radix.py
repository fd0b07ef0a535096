# splits by the highest bit: a pair is decided at the first bit in which the two differ
import sys

groups = [list(map(int, sys.stdin.read().split()))[1:]]
total = 0
for bit in range(30, -1, -1):
    following = []
    for g in groups:
        zeros, ones = [], []
        for v in g:
            if v >> bit & 1:
                ones.append(v)
            else:
                total += len(ones)
                zeros.append(v)
        following += [h for h in (zeros, ones) if len(h) > 1]
    groups = following
print(total)
