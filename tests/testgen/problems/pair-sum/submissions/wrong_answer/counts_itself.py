from collections import Counter
n, t = map(int, input().split())
c = Counter(map(int, input().split()))
print(sum(k * c.get(t - x, 0) for x, k in c.items()) // 2)
