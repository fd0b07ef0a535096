import re
import sys

m = re.fullmatch(rb"([1-9][0-9]?)\n((?:[][(){}]{1,3000}\n)+)", sys.stdin.buffer.read())
sys.exit(42 if m and int(m[1]) <= 20 and m[2].count(b"\n") == int(m[1]) else 43)
