# whole rows as integers, all squares of one distance at once
import sys

lines = sys.stdin.read().split()
h, w = int(lines[0]), int(lines[1])
text = "#".join(lines[2:])
free = sum(1 << i for i, c in enumerate(text) if c != "#")
here, goal = 1 << text.index("A"), 1 << text.index("E")
steps = 0
while not here & goal:
    grown = (here | here << 1 | here >> 1 | here << w + 1 | here >> w + 1) & free
    if grown == here:
        steps = -1
        break
    here = grown
    steps += 1
print(steps)
