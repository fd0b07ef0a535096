from cyaron import *

rows = [(0, 0, 1), (0, 0, 2), (5, 0, 1), (0, 10**18, 10**9), (10**9, 10**18, 10**9), (10**9, 10**18, 999999999),
        (10**9, 10**18, 1), (1, 10**18, 10**9), (10**9, 1, 10**9), (10**9, 0, 10**9), (999999998, 10**18, 999999999),
        (7, 0, 7), (2, 10**18, 1 << 29)]
for i, row in enumerate(rows, 1):
    with IO(file_prefix="b", data_id=i, disable_output=True) as io:
        io.input_writeln(row)
