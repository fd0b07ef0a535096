from itertools import permutations
n, m = map(int, input().split())
rules = [tuple(map(int, input().split())) for _ in range(m)]
for p in permutations(range(1, n + 1)):
    place = {v: i for i, v in enumerate(p)}
    if all(place[a] < place[b] for a, b in rules):
        print(*p)
        break
else:
    print("impossible")
