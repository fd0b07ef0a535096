closing = dict(zip("([{", ")]}"))


def check(text):
    expected = ["end"]
    for c in text:
        if c in closing:
            expected.append(closing[c])
        elif expected.pop() != c:
            return False
    return expected == ["end"]


q = int(input())
for _ in range(q):
    print(["no", "yes"][check(input().strip())])
