import sys

rows = sys.stdin.buffer.read().split(b"\n")
if rows.pop() or not rows:
    sys.exit(43)
try:
    n = int(rows[0])
    guards = [tuple(map(int, row.split(b" "))) for row in rows[1:]]
except ValueError:
    sys.exit(43)
same = [b"%d" % n] + [b" ".join(b"%d" % v for v in guard) for guard in guards]
legal = same == rows and 1 <= n <= 3000 and len(guards) == n and {len(guard) for guard in guards} == {2}
sys.exit(42 if legal and all(-(10**9) <= l <= r <= 10**9 for l, r in guards) else 43)
