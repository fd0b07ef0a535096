from itertools import combinations

n, t = map(int, input().split())
print(sum(x + y == t for x, y in combinations(map(int, input().split()), 2)))
