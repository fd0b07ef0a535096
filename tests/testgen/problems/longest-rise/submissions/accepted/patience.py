from bisect import bisect_left

input()
piles = []
for x in map(int, input().split()):
    i = bisect_left(piles, x)
    piles[i : i + 1] = [x]
print(len(piles))
