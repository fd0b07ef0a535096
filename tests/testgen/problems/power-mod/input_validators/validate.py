import re
import sys

if m := re.fullmatch(rb"(0|[1-9]\d{0,9}) (0|[1-9]\d{0,18}) ([1-9]\d{0,9})\n", sys.stdin.buffer.read()):
    a, b, modulus = map(int, m.groups())
    if a <= 10**9 and b <= 10**18 and modulus <= 10**9:
        sys.exit(42)
sys.exit(43)
