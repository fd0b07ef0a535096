import sys

_, *v = map(int, sys.stdin.read().split())
trees = list(set(zip(v[::2], v[1::2])))
start = min(trees)
at, length = start, 0.0
while len(trees) > 1:
    best = None
    for q in trees:
        if q == at:
            continue
        if best is None:
            best = q
            continue
        turn = (best[0] - at[0]) * (q[1] - at[1]) - (best[1] - at[1]) * (q[0] - at[0])
        if turn < 0 or (turn == 0 and abs(q[0] - at[0]) + abs(q[1] - at[1]) > abs(best[0] - at[0]) + abs(best[1] - at[1])):
            best = q
    length += ((best[0] - at[0]) ** 2 + (best[1] - at[1]) ** 2) ** 0.5
    at = best
    if at == start:
        break
print(f"{length:.8f}")
