# recursive descent, with the recursion on a list of generators
import sys


def group(tokens, closer):
    for c in tokens:
        if c in "([{":
            yield ")]}"["([{".index(c)]
        else:
            if c != closer:
                raise ValueError
            return
    if closer:
        raise ValueError


def well(text):
    tokens = iter(text)
    frames = [group(tokens, "")]
    try:
        while frames:
            closer = next(frames[-1], None)
            if closer is None:
                frames.pop()
            else:
                frames.append(group(tokens, closer))
    except ValueError:
        return False
    return next(tokens, None) is None


for line in sys.stdin.read().split("\n")[1:]:
    if line:
        print("yes" if well(line) else "no")
