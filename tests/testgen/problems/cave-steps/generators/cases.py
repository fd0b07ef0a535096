from cyaron import *

# every second map has no way out at all: the E is forgotten
for i in range(1, 51):
    h, w = (randint(1, 6), randint(2, 6)) if i <= 25 else (randint(5, 25), randint(5, 25))
    density = choice([0, 2, 3, 4])
    cells = ["#" if randint(0, 9) < density else "." for _ in range(h * w)]
    a, e = random.sample(range(h * w), 2)
    cells[a], cells[e] = "A", "E" if i % 2 else "."
    with IO(file_prefix="cave", data_id=i, disable_output=True) as io:
        io.input_writeln(h, w)
        for y in range(h):
            io.input_writeln("".join(cells[y * w : (y + 1) * w]))
