n = int(input())
guards = [tuple(map(int, input().split())) for _ in range(n)]
marks = sorted({x for g in guards for x in g})
seen = 0
for a, b in zip(marks, marks[1:]):
    watching = [g for g in guards if max(a, g[0]) < min(b, g[1])]
    if watching:
        seen += b - a
print(seen)
