import re
import sys

m = re.fullmatch(rb"([1-9]\d{0,3})\n((?:100|[1-9]?\d)(?: (?:100|[1-9]?\d))*)\n", sys.stdin.buffer.read())
sys.exit(42 if m and int(m[1]) <= 1000 and len(m[2].split()) == int(m[1]) else 43)
