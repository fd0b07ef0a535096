n = int(input())
best = None
run = 0
for h in map(int, input().split()):
    run = max(run + h, h)
    best = run if best is None else max(best, run)
print(best)
