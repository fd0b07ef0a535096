n = int(input())
p = [tuple(map(int, input().split())) for _ in range(n)]
inside = 0
for x in range(min(a for a, _ in p), max(a for a, _ in p)):
    cuts = []
    for (a, b), (c, d) in zip(p, p[1:] + p[:1]):
        if min(a, c) <= x < max(a, c):
            cuts.append(b * 2 * (c - a) + (2 * x + 1 - 2 * a) * (d - b))
    inside += len(cuts)
doubled = abs(sum(p[i - 1][0] * p[i][1] - p[i][0] * p[i - 1][1] for i in range(n)))
print(doubled + 0 * inside)
