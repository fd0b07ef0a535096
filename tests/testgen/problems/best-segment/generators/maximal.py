from cyaron import *

n = 20000
rows = [
    [10**9] * n,
    [-(10**9)] * n,
    [randint(-(10**9), 10**9) for _ in range(n)],
    [(-1) ** k * 10**9 for k in range(n)],
    [0] * n,
    [-1] * (n - 1) + [0],
    [randint(-5, 5) for _ in range(n)],
]
for i, row in enumerate(rows, 1):
    with IO(file_prefix="m", data_id=i, disable_output=True) as io:
        io.input_writeln(len(row))
        io.input_writeln(row)
