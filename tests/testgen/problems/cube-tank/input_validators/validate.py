import re
import sys

m = re.fullmatch(rb"([1-9]\d{0,2})\n((?:(?:0|[1-9]\d{0,6}) (?:0|[1-9]\d{0,12})\n)+)", sys.stdin.buffer.read())
if not m:
    sys.exit(43)
rows = [tuple(map(int, line.split())) for line in m[2].splitlines()]
legal = len(rows) == int(m[1]) <= 100 and all(a <= 10**6 and v <= 10**12 for a, v in rows)
sys.exit(42 if legal else 43)
