from cyaron import *

n = 15000
rows = [
    list(range(n, 0, -1)),
    list(range(1, n + 1)),
    [randint(1, 10**9) for _ in range(n)],
    [10**9 - k for k in range(n)],
    [randint(1, 2) for _ in range(n)],
    [n] + list(range(1, n)),
]
for i, row in enumerate(rows, 1):
    with IO(file_prefix="m", data_id=i, disable_output=True) as io:
        io.input_writeln(n)
        io.input_writeln(row)
