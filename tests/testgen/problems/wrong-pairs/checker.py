import sys
from bisect import bisect, insort


def wrong_pairs(words, n):
    if sorted(words) != sorted(str(v) for v in range(1, n + 1)):
        return -1
    seen, wrong = [], 0
    for v in map(int, words):
        wrong += len(seen) - bisect(seen, v)
        insort(seen, v)
    return wrong


n, k = map(int, open(sys.argv[1]).read().split())
output, answer = (wrong_pairs(open(name, encoding="latin-1").read().split(), n) for name in sys.argv[2:4])
if answer != k:
    sys.exit(3)
sys.exit(0 if output == k else 1)
