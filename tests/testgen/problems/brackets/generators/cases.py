from cyaron import *


def well(n):
    text, stack = "", []
    for left in range(n, 0, -1):
        if stack and (len(stack) >= left or randint(0, 1)):
            text += stack.pop()
        else:
            k = randint(0, 2)
            text += "([{"[k]
            stack.append(")]}"[k])
    return text + "".join(reversed(stack))


for i in range(1, 51):
    q = randint(1, 20)
    io = IO(file_prefix="brackets", data_id=i, disable_output=True)
    io.input_writeln(q)
    for _ in range(q):
        s = well(2 * randint(1, 5 if i < 25 else 40))
        if randint(0, 2) == 0:
            p = randrange(len(s))
            s = s[:p] + choice("()[]{}") + s[p + randint(0, 1):]
        io.input_writeln(s)
    io.close()
