t = "^#" + "#".join(input()) + "#$"
p = [0] * len(t)
centre = right = 0
for i in range(1, len(t) - 1):
    if i < right:
        p[i] = min(right - i, p[2 * centre - i])
    while t[i + p[i] + 1] == t[i - p[i] - 1]:
        p[i] += 1
    if i + p[i] > right:
        centre, right = i, i + p[i]
print(max(p))
