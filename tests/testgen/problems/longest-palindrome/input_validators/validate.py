import sys

line = sys.stdin.buffer.read()
text = line[:-1]
letters = set(b"abcdefghijklmnopqrstuvwxyz")
legal = line[-1:] == b"\n" and 1 <= len(text) <= 800 and set(text) <= letters
sys.exit(42 if legal else 43)
