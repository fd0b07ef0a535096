for _ in range(int(input())):
    depth = low = 0
    for c in input():
        depth += 1 if c in "([{" else -1
        low = min(low, depth)
    print("yes" if depth == low == 0 else "no")
