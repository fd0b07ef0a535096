import sys

lines = sys.stdin.buffer.read().split(b"\n")
if lines.pop() != b"" or not lines:
    sys.exit(43)
rows = []
for line in lines:
    words = line.split(b" ")
    if len(words) != 2 or not all(w.isdigit() and len(w) < 6 and str(int(w)).encode() == w for w in words):
        sys.exit(43)
    rows.append(tuple(map(int, words)))
(n, m), *edges = rows
legal = 1 <= n <= 5000 and len(edges) == m <= 10000 and all(1 <= v <= n for e in edges for v in e)
sys.exit(42 if legal else 43)
