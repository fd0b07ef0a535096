import sys
a = list(map(int, sys.stdin.read().split()))[1:]
print(sum(a[i] > a[j] for i in range(len(a)) for j in range(i + 1, len(a))))
