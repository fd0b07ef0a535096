from cyaron import *

n, top = 5000, 10**9
rows = [
    list(range(n)),
    list(range(n, 0, -1)),
    [top] * n,
    [-top + k for k in range(n)],
    [top - n + 1 + k for k in range(n)],
    [randint(-top, top) for _ in range(n)],
    [k + randint(-50, 50) for k in range(n)],
]
for i, row in enumerate(rows, 1):
    with IO(file_prefix="m", data_id=i, disable_output=True) as io:
        io.input_writeln(n)
        io.input_writeln(row)
