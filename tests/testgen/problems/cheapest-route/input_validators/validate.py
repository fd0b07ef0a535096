import sys

data = sys.stdin.buffer.read()
lines = data.split(b"\n")
try:
    rows = [tuple(map(int, line.split(b" "))) for line in lines[:-1]]
    n, m = rows[0]
    edges = [(a, b, c) for a, b, c in rows[1:]]
except (ValueError, IndexError):
    sys.exit(43)
if "".join(" ".join(map(str, row)) + "\n" for row in rows).encode() != data:
    sys.exit(43)
legal = 1 <= n <= 500 and 0 <= m <= 4000 and len(edges) == m
legal = legal and all(1 <= a <= n and 1 <= b <= n and 0 <= c <= 10**9 for a, b, c in edges)
sys.exit(42 if legal else 43)
