from bisect import bisect_right
input()
piles = []
for x in map(int, input().split()):
    i = bisect_right(piles, x)
    piles[i : i + 1] = [x]
print(len(piles))
