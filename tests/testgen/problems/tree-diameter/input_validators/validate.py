import sys

lines = sys.stdin.buffer.read().split(b"\n")
if len(lines) < 2 or lines.pop():
    sys.exit(43)
try:
    rows = [[int(w) for w in line.split(b" ")] for line in lines]
except ValueError:
    sys.exit(43)
if [b" ".join(b"%d" % v for v in row) for row in rows] != lines or len(rows[0]) != 1:
    sys.exit(43)
n = rows[0][0]
if not 1 <= n <= 3000 or len(rows) != n or any(len(row) != 3 for row in rows[1:]):
    sys.exit(43)
root = list(range(n + 1))
for a, b, w in rows[1:]:
    if not (1 <= a <= n and 1 <= b <= n and 1 <= w <= 10**9):
        sys.exit(43)
    while root[a] != a:
        root[a] = root[root[a]]
        a = root[a]
    while root[b] != b:
        root[b] = root[root[b]]
        b = root[b]
    if a == b:
        sys.exit(43)
    root[a] = b
sys.exit(42)
