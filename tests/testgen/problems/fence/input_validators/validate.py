import sys

data = sys.stdin.buffer.read()
try:
    rows = [tuple(map(int, line.split(b" "))) for line in data.split(b"\n")[:-1]]
    (n,), *trees = rows
    legal = data == (f"{n}\n" + "".join(f"{x} {y}\n" for x, y in trees)).encode()
except ValueError:
    sys.exit(43)
legal = legal and 1 <= n <= 300 and len(trees) == n and all(abs(v) <= 10**6 for tree in trees for v in tree)
sys.exit(42 if legal else 43)
