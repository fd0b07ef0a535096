n, m = map(int, input().split())
e = [tuple(map(int, input().split())) for _ in range(m)]
inside, total = {1}, 0
while len(inside) < n:
    c, v = min((c, b if a in inside else a) for a, b, c in e if (a in inside) != (b in inside))
    inside.add(v)
    total += c
print(total)
