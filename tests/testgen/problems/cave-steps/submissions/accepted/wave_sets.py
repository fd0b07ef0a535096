h, w = (int(v) for v in input().split())
free = set()
for y in range(h):
    for x, c in enumerate(input().strip()):
        if c != "#":
            free.add(complex(x, y))
        if c == "A":
            wave = {complex(x, y)}
        elif c == "E":
            out = complex(x, y)
steps = 0
while wave and out not in wave:
    free -= wave
    wave = {p + d for p in wave for d in (1, -1, 1j, -1j)} & free
    steps += 1
print(steps if wave else -1)
