from cyaron import *

# mazes: walls with one door each, alternately at the two ends; turned and mirrored
for i in range(1, 25):
    h, w = 2 * randint(1, 10) + 1, randint(3, 20)
    rows = []
    for y in range(h):
        if y % 2:
            door = 0 if y % 4 == 1 else w - 1
            rows.append("".join("." if x == door else "#" for x in range(w)))
        else:
            rows.append("." * w)
    rows[0] = rows[0][:-1] + "A"
    rows[-1] = "E" + rows[-1][1:]
    if i % 2:
        rows = ["".join(column) for column in zip(*rows)]
    if i % 3 == 0:
        rows = [row[::-1] for row in reversed(rows)]
    with IO(file_prefix="s", data_id=i, disable_output=True) as io:
        io.input_writeln(len(rows), len(rows[0]))
        for row in rows:
            io.input_writeln(row)
