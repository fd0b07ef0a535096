import re
import sys

data = sys.stdin.buffer.read()
if not re.fullmatch(rb"[1-9]\d{0,3} (?:0|[1-9]\d{0,3})\n(?:[1-9]\d{0,3} [1-9]\d{0,3}\n)*", data):
    sys.exit(43)
n, m, *ends = map(int, data.split())
sys.exit(42 if n <= 3000 and m <= 6000 and len(ends) == 2 * m and max(ends, default=1) <= n else 43)
