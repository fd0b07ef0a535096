import re

innermost = re.compile(r"\(\)|\[\]|\{\}")
for _ in range(int(input())):
    text, changed = input(), 1
    while changed:
        text, changed = innermost.subn("", text)
    print("yes" if text == "" else "no")
