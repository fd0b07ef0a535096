import sys

lines = sys.stdin.buffer.read().split(b"\n")


def integer(word, low, high):
    try:
        value = int(word)
    except ValueError:
        sys.exit(43)
    if str(value).encode() != word or not low <= value <= high:
        sys.exit(43)
    return value


if len(lines) != 3 or lines[2]:
    sys.exit(43)
n = integer(lines[0], 1, 20000)
words = lines[1].split(b" ")
if len(words) != n:
    sys.exit(43)
for word in words:
    integer(word, -(10**9), 10**9)
sys.exit(42)
