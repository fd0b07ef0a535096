import re
import sys

data = sys.stdin.buffer.read()
m = re.fullmatch(rb"([1-9]\d?)\n((?:[1-9]\d{0,3} [1-9]\d{0,9}\n)+)", data)
if not m:
    sys.exit(43)
pairs = [tuple(map(int, line.split())) for line in m[2].splitlines()]
legal = len(pairs) == int(m[1]) <= 10 and all(n <= 5000 and k <= 10**9 for n, k in pairs)
sys.exit(42 if legal else 43)
