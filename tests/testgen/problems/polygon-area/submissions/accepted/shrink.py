# takes away the last corner and the triangle that it makes, again and again
import sys

rows = [tuple(map(int, line.split())) for line in sys.stdin if line.strip()][1:]
doubled = 0
while len(rows) > 2:
    (ax, ay), (bx, by), (cx, cy) = rows[-2], rows.pop(), rows[0]
    doubled += (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
print(abs(doubled))
