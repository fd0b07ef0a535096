seen = set()
for _ in range(int(input())):
    l, r = map(int, input().split())
    for x in range(l, r):
        seen.add(x)
        if len(seen) > 10**6:
            seen = {len(seen)}
print(len(seen))
