import sys
sys.setrecursionlimit(20000)
n = int(input())
a = list(map(int, input().split()))
def go(i, last):
    if i == n:
        return 0
    best = go(i + 1, last)
    if last is None or a[i] > last:
        best = max(best, 1 + go(i + 1, a[i]))
    return best
print(go(0, None))
