import sys

data = sys.stdin.buffer.read()
words = data.split()
if len(words) != 2 or not all(w.isdigit() and len(w) <= 10 for w in words):
    sys.exit(43)
l, r = map(int, words)
sys.exit(42 if data == b"%d %d\n" % (l, r) and 1 <= l <= r <= 10**9 and r - l <= 2000 else 43)
