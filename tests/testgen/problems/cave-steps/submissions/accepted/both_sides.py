# two waves that meet
def main():
    h, w = map(int, input().split())
    wall = set()
    ends = {}
    for y in range(h):
        for x, c in enumerate(input()):
            if c == "#":
                wall.add((y, x))
            elif c in "AE":
                ends[c] = (y, x)
    seen = [{ends["A"]}, {ends["E"]}]
    front = [{ends["A"]}, {ends["E"]}]
    steps = 0
    while front[0] and front[1]:
        k = 0 if len(front[0]) <= len(front[1]) else 1
        grown = set()
        for y, x in front[k]:
            for p in ((y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)):
                if p not in wall and p not in seen[k] and 0 <= p[0] < h and 0 <= p[1] < w:
                    grown.add(p)
        steps += 1
        if grown & front[1 - k]:
            return steps
        seen[k] |= grown
        front[k] = grown
    return -1


print(main())
