# all tasks that are free now, then all that became free by them
import sys

rows = [tuple(map(int, l.split())) for l in sys.stdin]
n, rules = rows[0][0], set(rows[1:])
need = dict.fromkeys(range(1, n + 1), 0)
opens = {}
for a, b in rules:
    need[b] += 1
    opens.setdefault(a, []).append(b)
level = sorted(v for v in need if need[v] == 0)
plan = []
while level:
    plan += level
    following = []
    for v in level:
        for w in opens.get(v, ()):
            need[w] -= 1
            if need[w] == 0:
                following.append(w)
    level = following
print(*plan) if len(plan) == n else print("impossible")
