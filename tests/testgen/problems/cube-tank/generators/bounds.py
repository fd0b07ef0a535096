from cyaron import *

rows = [(0, 0), (0, 1), (0, 10**12), (10**6, 0), (10**6, 1), (10**6, 10**12), (1, 0), (0, 2), (1, 10**12), (10**6, 7),
        (999999, 3), (0, 999999999999), (3, 4), (500000, 1), (10**6, 10**6 + 1)]
for i, row in enumerate(rows, 1):
    with IO(file_prefix="b", data_id=i, disable_output=True) as io:
        io.input_writeln(1)
        io.input_writeln(row)
