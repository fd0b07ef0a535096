n, t = map(int, input().split())
seen = {}
ways = 0
for x in map(int, input().split()):
    ways += seen.get(t - x, 0)
    seen[x] = seen.get(x, 0) + 1
print(ways)
