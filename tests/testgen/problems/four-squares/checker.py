import sys


def good(path, n):
    with open(path, encoding="latin-1") as file:
        words = file.read(10000).split()
    if len(words) != 4 or not all(w.isascii() and w.isdigit() and len(w) < 7 for w in words):
        return False
    return sum(int(w) ** 2 for w in words) == n


n = int(open(sys.argv[1]).read())
if not good(sys.argv[3], n):
    sys.exit(3)
sys.exit(0 if good(sys.argv[2], n) else 1)
