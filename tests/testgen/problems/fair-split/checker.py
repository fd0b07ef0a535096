import sys

RIGHT, WRONG, FAULT = 0, 1, 3


def read(path, coins):
    """None: not an answer; False: NO; True: a fair split."""
    with open(path, encoding="latin-1") as file:
        words = file.read().split()
    if words == ["NO"]:
        return False
    if not words or words[0] != "YES":
        return None
    chosen = words[1:]
    if not all(w.isascii() and w.isdigit() and 1 <= len(w) < 4 for w in chosen):
        return None
    numbers = {int(w) for w in chosen}
    if len(numbers) != len(chosen) or not numbers <= set(range(1, len(coins) + 1)):
        return None
    return True if 2 * sum(coins[k - 1] for k in numbers) == sum(coins) else None


coins = list(map(int, open(sys.argv[1]).read().split()))[1:]
output, answer = read(sys.argv[2], coins), read(sys.argv[3], coins)
if answer is None or (output is True and answer is False):
    sys.exit(FAULT)
sys.exit(RIGHT if output is answer else WRONG)
