"""Any order that keeps all the rules is right: checker.py INPUT OUTPUT ANSWER."""

import sys


def order_of(words, n, edges):
    """True for "impossible", the positions for an order that keeps the rules, else None."""
    if words == ["impossible"]:
        return True
    if len(words) != n or not all(w.isascii() and w.isdigit() and len(w) < 9 for w in words):
        return None
    place = {int(w): i for i, w in enumerate(words)}
    if set(place) != set(range(1, n + 1)):
        return None
    return place if all(place[a] < place[b] for a, b in edges) else None


def main():
    with open(sys.argv[1]) as file:
        n, m, *numbers = map(int, file.read().split())
    edges = list(zip(numbers[::2], numbers[1::2]))
    outputs = []
    for name in sys.argv[2:4]:
        with open(name, encoding="latin-1") as file:
            outputs.append(order_of(file.read().split(), n, edges))
    output, answer = outputs
    if answer is None:
        return 3
    if output is None:
        return 1
    if (output is True) != (answer is True):
        return 3 if answer is True else 1
    return 0


sys.exit(main())
