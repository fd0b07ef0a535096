import sys

line = sys.stdin.buffer.read()
legal = line[-1:] == b"\n" and line[:-1].isdigit() and len(line) <= 7
sys.exit(42 if legal and line == b"%d\n" % int(line) and int(line) <= 200000 else 43)
