import re
import sys

data = sys.stdin.buffer.read()
if data == b"0\n":
    sys.exit(42)
if not re.fullmatch(rb"[1-9][0-9]*\n[1-9][0-9]*( [1-9][0-9]*)*\n", data):
    sys.exit(43)
n, *a = map(int, data.split())
sys.exit(42 if n == len(a) <= 15000 and max(a) <= 10**9 else 43)
