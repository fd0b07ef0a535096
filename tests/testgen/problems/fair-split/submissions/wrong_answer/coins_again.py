n = int(input())
v = list(map(int, input().split()))
h = sum(v) // 2
by = {0: -1}
for s in range(1, h + 1):
    for i, c in enumerate(v):
        if s - c in by:
            by[s] = i
            break
if sum(v) % 2 or h not in by:
    print("NO")
else:
    print("YES")
    while h:
        print(by[h] + 1, end=" ")
        h -= v[by[h]]
