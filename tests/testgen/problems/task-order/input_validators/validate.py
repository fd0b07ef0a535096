import sys

data = sys.stdin.buffer.read()
rows = []
for line in data.split(b"\n")[:-1]:
    try:
        a, b = map(int, line.split(b" "))
    except ValueError:
        sys.exit(43)
    rows.append((a, b))
canonical = "".join(f"{a} {b}\n" for a, b in rows).encode()
if not rows or canonical != data:
    sys.exit(43)
(n, m), rules = rows[0], rows[1:]
legal = 1 <= n <= 2000 and 0 <= m <= 5000 and len(rules) == m
sys.exit(42 if legal and all(1 <= v <= n for rule in rules for v in rule) else 43)
