import re
import sys

m = re.fullmatch(rb"([1-9]\d{0,3})\n((?:0|-?[1-9]\d{0,9})(?: (?:0|-?[1-9]\d{0,9}))*)\n", sys.stdin.buffer.read())
if not m:
    sys.exit(43)
n, a = int(m[1]), [int(w) for w in m[2].split()]
sys.exit(42 if n == len(a) <= 5000 and all(abs(v) <= 10**9 for v in a) else 43)
