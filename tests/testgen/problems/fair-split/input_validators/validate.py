import re
import sys

m = re.fullmatch(rb"([1-9]\d?)\n([1-9]\d{0,2}(?: [1-9]\d{0,2})*)\n", sys.stdin.buffer.read())
if m:
    n, coins = int(m[1]), [int(w) for w in m[2].split()]
    if 2 <= n <= 60 and len(coins) == n and max(coins) <= 300:
        sys.exit(42)
sys.exit(43)
