import sys

data = sys.stdin.buffer.read()
try:
    head, *rows = [list(map(int, line.split(b" "))) for line in data.split(b"\n")[:-1]]
    n, m = head
except ValueError:
    sys.exit(43)
if data != b"".join(b" ".join(b"%d" % v for v in row) + b"\n" for row in [head, *rows]):
    sys.exit(43)
if not (1 <= n <= 400 and 0 <= m <= 3000 and m == len(rows) and all(len(row) == 3 for row in rows)):
    sys.exit(43)
sys.exit(42 if all(1 <= min(a, b) and max(a, b) <= n and 1 <= c <= 10**9 for a, b, c in rows) else 43)
