n = int(input())
h = list(map(int, input().split()))
def f(i):
    if i == 0:
        return h[0], h[0]
    cur, best = f(i - 1)
    cur = max(cur, 0) + h[i]
    return cur, max(best, cur)
print(f(n - 1)[1])
