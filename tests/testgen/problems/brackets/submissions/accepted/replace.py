import sys

for text in sys.stdin.read().split()[1:]:
    length = -1
    while length != len(text):
        length = len(text)
        text = text.replace("()", "").replace("[]", "").replace("{}", "")
    print("no" if text else "yes")
