import re
import sys

data = sys.stdin.buffer.read()
m = re.fullmatch(rb"([1-9]\d?) ([1-9]\d?)\n((?:[#.AE]+\n)+)", data)
if not m:
    sys.exit(43)
h, w, rows = int(m[1]), int(m[2]), m[3].split()
legal = 2 <= h * w and max(h, w) <= 60 and len(rows) == h and all(len(row) == w for row in rows)
sys.exit(42 if legal and m[3].count(b"A") == m[3].count(b"E") == 1 else 43)
