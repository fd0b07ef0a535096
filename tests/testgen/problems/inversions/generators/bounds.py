from cyaron import *

rows = [[], [1], [10**9], [2, 1], [1, 2], [1, 1], [10**9, 1], [3, 2, 1]]
for i, row in enumerate(rows, 1):
    with IO(file_prefix="b", data_id=i, disable_output=True) as io:
        io.input_writeln(len(row))
        if row:
            io.input_writeln(row)
