import sys

data = sys.stdin.buffer.read()
try:
    n, k = map(int, data.split())
except ValueError:
    sys.exit(43)
legal = data == b"%d %d\n" % (n, k) and 1 <= n <= 1000 and 0 <= k <= n * (n - 1) // 2
sys.exit(42 if legal else 43)
