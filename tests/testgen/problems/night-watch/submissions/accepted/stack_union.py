rows = sorted([[int(w) for w in input().split()] for _ in range(int(input()))], key=lambda p: p[1])
parts = []
for l, r in rows:
    while parts and parts[-1][1] >= l:
        l = min(l, parts.pop()[0])
    parts.append((l, r))
print(sum(r - l for l, r in parts))
