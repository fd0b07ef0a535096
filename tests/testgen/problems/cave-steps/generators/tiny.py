from cyaron import *

for i in range(1, 26):
    h, w = randint(1, 4), randint(2, 4)
    cells = [choice("..#") for _ in range(h * w)]
    a, e = random.sample(range(h * w), 2)
    cells[a], cells[e] = "A", "E"
    with IO(file_prefix="t", data_id=i, disable_output=True) as io:
        io.input_writeln(h, w)
        for y in range(h):
            io.input_writeln("".join(cells[y * w : (y + 1) * w]))
