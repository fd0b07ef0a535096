import re
import sys

data = sys.stdin.buffer.read()
number = rb"(?:0|-?[1-9][0-9]{0,9})"
if not re.fullmatch(rb"[1-9][0-9]{0,4} %b\n%b(?: %b)*\n" % (number, number, number), data):
    sys.exit(43)
n, t, *a = map(int, data.split())
legal = 1 <= n <= 20000 and abs(t) <= 2 * 10**9 and len(a) == n and max(map(abs, a)) <= 10**9
sys.exit(42 if legal else 43)
