import sys

lines = sys.stdin.read().splitlines()
n, m = map(int, lines[0].split())
friends = {v: set() for v in range(1, n + 1)}
for line in lines[1 : m + 1]:
    a, b = map(int, line.split())
    friends[a].add(b)
    friends[b].add(a)
left = set(friends)
sizes = []
while left:
    wave = {left.pop()}
    size = 0
    while wave:
        size += len(wave)
        wave = set().union(*(friends[v] for v in wave)) & left
        left -= wave
    sizes.append(size)
print(len(sizes), max(sizes))
