parts = []
for _ in range(int(input())):
    l, r = map(int, input().split())
    for i, (a, b) in enumerate(parts):
        if a <= r and l <= b:
            parts[i] = (min(a, l), max(b, r))
            break
    else:
        parts.append((l, r))
print(sum(b - a for a, b in parts))
