from cyaron import *

rows = [(1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2), (3, 3), (4, 3), (4, 5), (4, 6), (5, 9), (7, 0), (9, 36), (50, 1225)]
for i, row in enumerate(rows, 1):
    with IO(file_prefix="b", data_id=i, disable_output=True) as io:
        io.input_writeln(row)
