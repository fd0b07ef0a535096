import sys
a = list(map(int, sys.stdin.read().split()))[1:]
order = sorted(range(len(a)), key=lambda i: a[i])
print(sum(abs(i - p) for i, p in enumerate(order)) // 2)
