import re
import sys

data = sys.stdin.buffer.read()
if not re.fullmatch(rb"[1-9]\d? (?:0|[1-9]\d{0,4})\n[1-9]\d{0,4}(?: [1-9]\d{0,4})*\n", data):
    sys.exit(43)
k, s, *coins = map(int, data.split())
legal = k <= 20 and s <= 10000 and k == len(coins) == len(set(coins)) and max(coins) <= 10000
sys.exit(42 if legal else 43)
