o = {")": "(", "]": "[", "}": "{"}
for _ in range(int(input())):
    stack, ok = [], True
    for c in input():
        if c in o:
            ok = stack.pop() == o[c] and ok
        else:
            stack.append(c)
    print("yes" if ok and not stack else "no")
