import sys

values = [int(w) for w in sys.stdin.read().split()][1:]
ending = values[-1]
answer = ending
for v in reversed(values[:-1]):
    ending = v + (ending if ending > 0 else 0)
    if ending > answer:
        answer = ending
print(answer)
