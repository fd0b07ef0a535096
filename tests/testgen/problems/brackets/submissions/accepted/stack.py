pairs = {")": "(", "]": "[", "}": "{"}
for _ in range(int(input())):
    stack = []
    good = True
    for c in input():
        if c in pairs:
            if not stack or stack.pop() != pairs[c]:
                good = False
                break
        else:
            stack.append(c)
    print("yes" if good and not stack else "no")
